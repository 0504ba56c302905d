//! A web server's handler: it greets whoever the path names. `tenon serve http-hello.wasm`.

use wasip2::http::types::{Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};

struct Hello;

impl wasip2::exports::http::incoming_handler::Guest for Hello {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let name = match path.trim_start_matches('/') {
            "" => "World",
            // `/panic` shows what a client sees, and what is logged, when a handler fails
            "panic" => panic!("asked to"),
            name => name,
        };
        let text = format!("Hello {name}, from Rust\n");

        let headers = Fields::new();
        headers.set("content-type", &[b"text/plain; charset=utf-8".to_vec()]).unwrap();
        headers.set("content-length", &[text.len().to_string().into_bytes()]).unwrap();
        let response = OutgoingResponse::new(headers);
        let body = response.body().unwrap();
        ResponseOutparam::set(outparam, Ok(response));

        let stream = body.write().unwrap();
        stream.blocking_write_and_flush(text.as_bytes()).unwrap();
        drop(stream);
        OutgoingBody::finish(body, None).unwrap();
    }
}

wasip2::http::proxy::export!(Hello);
