//! `wasi:http`, the side of a server: the lines are the body of the response.

#[allow(dead_code, reason = "not every program prints every kind of line")]
#[path = "../../report.rs"]
mod report;

wit_bindgen::generate!({
    path: "../build/wit/0.2",
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

const TYPES: Report = Report { interface: "wasi:http/types@0.2", print };

struct Handler;

impl exports::wasi::http::incoming_handler::Guest for Handler {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        match request.path_with_query().as_deref() {
            Some("/error") => return ResponseOutparam::set(outparam, Err(ErrorCode::ConfigurationError)),
            Some("/unset") => return,
            _ => look_at(request),
        }
        let response = OutgoingResponse::new(Fields::new());
        response.set_status_code(201).unwrap();
        let body = response.body().unwrap();
        ResponseOutparam::set(outparam, Ok(response));
        TYPES.ok("[static]response-outparam.set", ());
        Report { interface: "wasi:http/incoming-handler@0.2", print }.ok("handle", ());

        let stream = body.write().unwrap();
        let lines = LINES.take();
        for part in lines.as_bytes().chunks(4096) {
            stream.blocking_write_and_flush(part).unwrap();
        }
        drop(stream);
        let trailers = Fields::new();
        trailers.append("x-trailer", b"after the body").unwrap();
        OutgoingBody::finish(body, Some(trailers)).unwrap();
    }
}

fn look_at(request: IncomingRequest) {
    TYPES.ok("[method]incoming-request.method", request.method());
    TYPES.ok("[method]incoming-request.path-with-query", request.path_with_query());
    TYPES.ok("[method]incoming-request.scheme", request.scheme());
    TYPES.ok("[method]incoming-request.authority", request.authority().is_some());
    let headers = request.headers();
    TYPES.ok("[method]incoming-request.headers", headers.get("x-sent").len());
    TYPES.case("[method]fields.delete", headers.delete("x-sent"));
    drop(headers);
    let body = TYPES.handle("[method]incoming-request.consume", request.consume()).unwrap();
    TYPES.handle("[method]incoming-request.consume", request.consume());
    let stream = body.stream().unwrap();
    let mut text = Vec::new();
    while let Ok(bytes) = stream.blocking_read(1000) {
        text.extend(bytes);
    }
    TYPES.ok("[method]incoming-body.stream", String::from_utf8_lossy(&text));
    drop(stream);
    let trailers = IncomingBody::finish(body);
    trailers.subscribe().block();
    match trailers.get() {
        Some(Ok(Ok(trailers))) => TYPES.ok("[method]future-trailers.get", trailers.map(|trailers| trailers.entries().len())),
        _ => TYPES.err("[method]future-trailers.get", "none"),
    }
}

export!(Handler);
