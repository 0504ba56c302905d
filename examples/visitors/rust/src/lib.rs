//! Counts visits, a number for each path. Whoever runs it decides where the numbers are kept.

wit_bindgen::generate!({ path: "../wit/visitors.wit", world: "counter", generate_all });

use exports::wasi::http::incoming_handler::Guest;
use wasi::http::types::{Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};
use wasi::keyvalue::{atomics, store};

struct Visits;

impl Guest for Visits {
    fn handle(request: IncomingRequest, response_out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        match visit(&path) {
            Ok(count) => answer(response_out, 200, &format!("Counter {path}: {count}\n")),
            Err(error) => answer(response_out, 503, &format!("the store does not count: {error}\n")),
        }
    }
}

fn visit(path: &str) -> Result<u64, store::Error> {
    atomics::increment(&store::open("default")?, path, 1)
}

fn answer(response_out: ResponseOutparam, status: u16, text: &str) {
    let headers = Fields::new();
    headers.set("content-type", &[b"text/plain; charset=utf-8".to_vec()]).unwrap();
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).unwrap();
    let body = response.body().unwrap();
    ResponseOutparam::set(response_out, Ok(response));
    let stream = body.write().unwrap();
    stream.blocking_write_and_flush(text.as_bytes()).unwrap();
    drop(stream);
    OutgoingBody::finish(body, None).unwrap();
}

export!(Visits);
