//! `send-informational` of `wasi:http`, which is unstable: the lines are the body of the response.

#[allow(dead_code, reason = "not every program prints every kind of line")]
#[path = "../../report.rs"]
mod report;

wit_bindgen::generate!({
    path: "../build/wit/0.2",
    world: "tenon:guests/http-handler",
    features: ["informational-outbound-responses"],
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

struct Handler;

impl exports::wasi::http::incoming_handler::Guest for Handler {
    fn handle(_request: IncomingRequest, outparam: ResponseOutparam) {
        let report = Report { interface: "wasi:http/types@0.2", print };
        let hints = Fields::from_list(&[("link".to_string(), b"</style.css>; rel=preload".to_vec())]).unwrap();
        report.case("[method]response-outparam.send-informational", outparam.send_informational(103, hints));
        report.case("[method]response-outparam.send-informational", outparam.send_informational(200, Fields::new()));

        let response = OutgoingResponse::new(Fields::new());
        let body = response.body().unwrap();
        ResponseOutparam::set(outparam, Ok(response));
        let stream = body.write().unwrap();
        stream.blocking_write_and_flush(LINES.take().as_bytes()).unwrap();
        drop(stream);
        OutgoingBody::finish(body, None).unwrap();
    }
}

export!(Handler);
