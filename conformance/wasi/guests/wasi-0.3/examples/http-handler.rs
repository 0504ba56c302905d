//! `wasi:http`, the side of a server: the lines are the body of the response. What is known only after it is printed on standard output.

#[allow(dead_code, reason = "not every program prints every kind of line")]
#[path = "../../report.rs"]
mod report;

wit_bindgen::generate!({
    path: "../build/wit/0.3",
    world: "tenon:guests/http-handler",
    generate_all,
});

use report::Report;
use std::cell::RefCell;
use wasi::http::types::*;

thread_local! {
    static LINES: RefCell<String> = const { RefCell::new(String::new()) };
}

fn print(line: &str) {
    LINES.with_borrow_mut(|lines| lines.push_str(line));
}

const TYPES: Report = Report { interface: "wasi:http/types@0.3", print };
const HANDLER: Report = Report { interface: "wasi:http/handler@0.3", print };

struct Handler;

impl exports::wasi::http::handler::Guest for Handler {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        match request.get_path_with_query().as_deref() {
            Some("/error") => {
                HANDLER.err("handle", ErrorCode::ConfigurationError);
                log().await;
                return Err(ErrorCode::ConfigurationError);
            }
            // the response is shorter than it announces
            Some("/short") => {
                let (mut writer, contents) = wit_stream::new::<u8>();
                let (end, trailers) = wit_future::new(|| Ok(None));
                let headers = Fields::from_list(&[("content-length".to_string(), b"10".to_vec())]).unwrap();
                let (response, sent) = Response::new(headers, Some(contents), trailers);
                wit_bindgen::spawn_local(async move {
                    writer.write_all(b"short".to_vec()).await;
                    drop(writer);
                    let _ = end.write(Ok(None)).await;
                    TYPES.case("[static]response.new", sent.await);
                    log().await;
                });
                return Ok(response);
            }
            _ => {}
        }
        look_at(request).await;
        HANDLER.ok("handle", ());

        let (mut writer, contents) = wit_stream::new::<u8>();
        let (end, trailers) = wit_future::new(|| Ok(None));
        let (response, sent) = Response::new(Fields::new(), Some(contents), trailers);
        response.set_status_code(201).unwrap();
        let lines = LINES.take();
        wit_bindgen::spawn_local(async move {
            writer.write_all(lines.into_bytes()).await;
            drop(writer);
            let trailers = Fields::from_list(&[("x-trailer".to_string(), b"after the body".to_vec())]).unwrap();
            let _ = end.write(Ok(Some(trailers))).await;
            TYPES.case("[static]response.new", sent.await);
            log().await;
        });
        Ok(response)
    }
}

/// Prints the lines on the server's standard output.
async fn log() {
    let (mut writer, lines) = wit_stream::new::<u8>();
    let done = wasi::cli::stdout::write_via_stream(lines);
    writer.write_all(LINES.take().into_bytes()).await;
    drop(writer);
    let _ = done.await;
}

async fn look_at(request: Request) {
    TYPES.ok("[method]request.get-method", request.get_method());
    TYPES.ok("[method]request.get-path-with-query", request.get_path_with_query());
    TYPES.ok("[method]request.get-scheme", request.get_scheme());
    TYPES.ok("[method]request.get-authority", request.get_authority().is_some());
    TYPES.ok("[method]request.get-options", request.get_options().is_some());
    let headers = request.get_headers();
    TYPES.ok("[method]request.get-headers", headers.get("x-sent").len());
    TYPES.case("[method]fields.delete", headers.delete("x-sent"));
    drop(headers);
    let (_, res) = wit_future::new(|| Ok(()));
    let (stream, trailers) = Request::consume_body(request, res);
    let text = String::from_utf8_lossy(&stream.collect().await).into_owned();
    TYPES.map("[static]request.consume-body", trailers.await, |trailers| (text, trailers.is_some()));
}

export!(Handler);
