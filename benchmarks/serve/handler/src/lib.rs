//! The handler of `examples/http` for WASI 0.3: the body is a stream, which is written once the answer is on its way.

use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::{spawn_local, wit_future, wit_stream};

struct Hello;

wasip3::http::service::export!(Hello);

impl wasip3::exports::http::handler::Guest for Hello {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        let name = match path.trim_start_matches('/') {
            "" => "World",
            name => name,
        };
        let text = format!("Hello {name}, from Rust\n");

        let headers = Fields::new();
        headers.set("content-type", &[b"text/plain; charset=utf-8".to_vec()]).unwrap();
        headers.set("content-length", &[text.len().to_string().into_bytes()]).unwrap();
        let (mut body, readable) = wit_stream::new();
        let (trailers, readable_trailers) = wit_future::new(|| Ok(None));
        let (response, _sent) = Response::new(headers, Some(readable), readable_trailers);
        spawn_local(async move {
            body.write_all(text.into_bytes()).await;
            drop(body);
            let _ = trailers.write(Ok(None)).await;
        });
        Ok(response)
    }
}
