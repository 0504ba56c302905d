//! `wasi:http`, the side of a client. The arguments: the authority of a server (see conformance/wasi/peers.ts), one where nobody listens.

use guests_0_2::wasi::cli::environment;
use guests_0_2::wasi::http::outgoing_handler;
use guests_0_2::wasi::http::types::*;
use guests_0_2::wasi::io::streams::StreamError;
use guests_0_2::{export, exports, print, report::Report};

struct Program;

const TYPES: Report = Report { interface: "wasi:http/types@0.2", print };
const HANDLER: Report = Report { interface: "wasi:http/outgoing-handler@0.2", print };

impl exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        let (server, nobody) = (&arguments[1], &arguments[2]);
        fields();
        request();
        options();
        response();
        exchange(server);
        failures(server, nobody);
        Ok(())
    }
}

fn value(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn values(list: Vec<Vec<u8>>) -> Vec<String> {
    list.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

fn fields() {
    let fields = Fields::new();
    TYPES.ok("[constructor]fields", fields.entries().len());
    let list = |entries: &[(&str, &str)]| Fields::from_list(&entries.iter().map(|(name, text)| (name.to_string(), value(text))).collect::<Vec<_>>());
    let listed = TYPES.handle("[static]fields.from-list", list(&[("x-one", "1"), ("X-Two", "2"), ("x-one", "3")])).unwrap();
    TYPES.ok("[method]fields.entries", entries(&listed));
    TYPES.handle("[static]fields.from-list", list(&[("not a name", "1")]));
    TYPES.handle("[static]fields.from-list", list(&[("x-one", "line\nline")]));
    TYPES.handle("[static]fields.from-list", list(&[("connection", "close")]));
    TYPES.ok("[method]fields.get", values(listed.get("X-ONE")));
    TYPES.ok("[method]fields.get", values(listed.get("not a name")));
    TYPES.ok("[method]fields.has", (listed.has("x-two"), listed.has("x-three"), listed.has("not a name")));
    TYPES.case("[method]fields.set", fields.set("x-name", &[value("one"), value("two")]));
    TYPES.case("[method]fields.set", fields.set("x-name", &[value("nul\0byte")]));
    TYPES.case("[method]fields.set", fields.set("not a name", &[value("one")]));
    TYPES.case("[method]fields.set", fields.set("transfer-encoding", &[value("chunked")]));
    TYPES.case("[method]fields.set", fields.set("Host", &[value("elsewhere")]));
    TYPES.ok("[method]fields.get", values(fields.get("x-name")));
    TYPES.case("[method]fields.append", fields.append("x-name", &value("three")));
    TYPES.case("[method]fields.append", fields.append("", &value("three")));
    TYPES.case("[method]fields.append", fields.append("keep-alive", &value("three")));
    TYPES.case("[method]fields.delete", listed.delete("X-one"));
    TYPES.case("[method]fields.delete", listed.delete("x-missing"));
    TYPES.case("[method]fields.delete", listed.delete("not a name"));
    TYPES.ok("[method]fields.entries", entries(&listed));
    let copy = fields.clone();
    copy.append("x-name", &value("four")).unwrap();
    TYPES.ok("[method]fields.clone", (values(fields.get("x-name")), values(copy.get("x-name"))));

    let request = OutgoingRequest::new(fields);
    let fixed = request.headers();
    TYPES.case("[method]fields.set", fixed.set("x-name", &[]));
    TYPES.case("[method]fields.append", fixed.append("x-name", &value("five")));
    TYPES.case("[method]fields.delete", fixed.delete("x-name"));
    TYPES.case("[method]fields.append", fixed.clone().append("x-name", &value("five")));
}

fn request() {
    let request = OutgoingRequest::new(Fields::new());
    TYPES.ok("[constructor]outgoing-request", ());
    TYPES.ok("[method]outgoing-request.method", request.method());
    TYPES.case("[method]outgoing-request.set-method", request.set_method(&Method::Put));
    TYPES.ok("[method]outgoing-request.method", request.method());
    TYPES.case("[method]outgoing-request.set-method", request.set_method(&Method::Other("PURGE".to_string())));
    TYPES.case("[method]outgoing-request.set-method", request.set_method(&Method::Other("not a method".to_string())));
    TYPES.ok("[method]outgoing-request.method", request.method());
    TYPES.ok("[method]outgoing-request.path-with-query", request.path_with_query());
    TYPES.case("[method]outgoing-request.set-path-with-query", request.set_path_with_query(Some("/path?query=1")));
    TYPES.case("[method]outgoing-request.set-path-with-query", request.set_path_with_query(Some("/new\nline")));
    TYPES.ok("[method]outgoing-request.path-with-query", request.path_with_query());
    TYPES.ok("[method]outgoing-request.scheme", request.scheme());
    TYPES.case("[method]outgoing-request.set-scheme", request.set_scheme(Some(&Scheme::Https)));
    TYPES.case("[method]outgoing-request.set-scheme", request.set_scheme(Some(&Scheme::Other("not a scheme".to_string()))));
    TYPES.ok("[method]outgoing-request.scheme", request.scheme());
    TYPES.ok("[method]outgoing-request.authority", request.authority());
    TYPES.case("[method]outgoing-request.set-authority", request.set_authority(Some("example.com:8080")));
    TYPES.case("[method]outgoing-request.set-authority", request.set_authority(Some("not an authority")));
    TYPES.case("[method]outgoing-request.set-authority", request.set_authority(Some("example.com:99999")));
    TYPES.ok("[method]outgoing-request.authority", request.authority());
    TYPES.ok("[method]outgoing-request.headers", entries(&request.headers()).len());
    TYPES.handle("[method]outgoing-request.body", request.body());
    TYPES.handle("[method]outgoing-request.body", request.body());
}

fn options() {
    let options = RequestOptions::new();
    TYPES.ok("[constructor]request-options", ());
    TYPES.ok("[method]request-options.connect-timeout", options.connect_timeout());
    TYPES.case("[method]request-options.set-connect-timeout", options.set_connect_timeout(Some(1_000_000_000)));
    TYPES.ok("[method]request-options.connect-timeout", options.connect_timeout());
    TYPES.case("[method]request-options.set-first-byte-timeout", options.set_first_byte_timeout(Some(2_000_000_000)));
    TYPES.ok("[method]request-options.first-byte-timeout", options.first_byte_timeout());
    TYPES.case("[method]request-options.set-between-bytes-timeout", options.set_between_bytes_timeout(Some(3_000_000_000)));
    TYPES.ok("[method]request-options.between-bytes-timeout", options.between_bytes_timeout());
    TYPES.case("[method]request-options.set-between-bytes-timeout", options.set_between_bytes_timeout(None));
    TYPES.ok("[method]request-options.between-bytes-timeout", options.between_bytes_timeout());
}

fn response() {
    let response = OutgoingResponse::new(Fields::from_list(&[("content-length".to_string(), value("10"))]).unwrap());
    TYPES.ok("[constructor]outgoing-response", ());
    TYPES.ok("[method]outgoing-response.status-code", response.status_code());
    TYPES.case("[method]outgoing-response.set-status-code", response.set_status_code(404));
    TYPES.case("[method]outgoing-response.set-status-code", response.set_status_code(1000));
    TYPES.case("[method]outgoing-response.set-status-code", response.set_status_code(99));
    TYPES.ok("[method]outgoing-response.status-code", response.status_code());
    TYPES.ok("[method]outgoing-response.headers", entries(&response.headers()));
    let body = TYPES.handle("[method]outgoing-response.body", response.body()).unwrap();
    TYPES.handle("[method]outgoing-response.body", response.body());
    // less than was announced
    let stream = body.write().unwrap();
    stream.check_write().and_then(|_| stream.write(b"short")).unwrap();
    drop(stream);
    TYPES.case("[static]outgoing-body.finish", OutgoingBody::finish(body, None));
}

fn to(authority: &str, path: &str, headers: Fields) -> OutgoingRequest {
    let request = OutgoingRequest::new(headers);
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(path)).unwrap();
    request
}

fn answer(future: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    future.subscribe().block();
    future.get().unwrap().unwrap()
}

fn exchange(server: &str) {
    let headers = Fields::new();
    headers.append("x-sent", &value("header")).unwrap();
    let request = to(server, "/echo?query=1", headers);
    request.set_method(&Method::Post).unwrap();
    let body = request.body().unwrap();
    let stream = TYPES.handle("[method]outgoing-body.write", body.write()).unwrap();
    TYPES.handle("[method]outgoing-body.write", body.write());
    let future = HANDLER.handle("handle", outgoing_handler::handle(request, None)).unwrap();
    stream.blocking_write_and_flush(b"a body").unwrap();
    drop(stream);
    TYPES.case("[static]outgoing-body.finish", OutgoingBody::finish(body, None));

    let ready = future.subscribe();
    ready.block();
    TYPES.ok("[method]future-incoming-response.subscribe", ready.ready());
    drop(ready);
    let first = future.get();
    let response = match first {
        Some(Ok(Ok(response))) => response,
        other => return TYPES.err("[method]future-incoming-response.get", other.is_some().to_string().as_str()),
    };
    TYPES.ok("[method]future-incoming-response.get", "a response");
    // it can be taken once
    match future.get() {
        Some(Err(())) => TYPES.err("[method]future-incoming-response.get", ()),
        _ => TYPES.ok("[method]future-incoming-response.get", "again"),
    }
    TYPES.ok("[method]incoming-response.status", response.status());
    let headers = response.headers();
    TYPES.ok("[method]incoming-response.headers", (values(headers.get("x-answered")), headers.has("content-type")));
    TYPES.case("[method]fields.set", headers.set("x-answered", &[]));
    let body = TYPES.handle("[method]incoming-response.consume", response.consume()).unwrap();
    TYPES.handle("[method]incoming-response.consume", response.consume());
    let stream = TYPES.handle("[method]incoming-body.stream", body.stream()).unwrap();
    TYPES.handle("[method]incoming-body.stream", body.stream());
    let mut text = Vec::new();
    let end = loop {
        match stream.blocking_read(1000) {
            Ok(bytes) => text.extend(bytes),
            Err(end) => break end,
        }
    };
    TYPES.ok("[method]incoming-body.stream", (String::from_utf8_lossy(&text), matches!(end, StreamError::Closed)));
    drop(stream);
    let future = IncomingBody::finish(body);
    TYPES.ok("[static]incoming-body.finish", ());
    let ready = future.subscribe();
    ready.block();
    TYPES.ok("[method]future-trailers.subscribe", ready.ready());
    drop(ready);
    match future.get() {
        Some(Ok(Ok(trailers))) => TYPES.ok("[method]future-trailers.get", trailers.map(|trailers| entries(&trailers))),
        other => TYPES.err("[method]future-trailers.get", other.is_some().to_string().as_str()),
    }
    match future.get() {
        Some(Err(())) => TYPES.err("[method]future-trailers.get", ()),
        _ => TYPES.ok("[method]future-trailers.get", "again"),
    }
}

fn failures(server: &str, nobody: &str) {
    // nobody listens
    let future = outgoing_handler::handle(to(nobody, "/", Fields::new()), None).unwrap();
    match answer(&future) {
        Ok(_) => TYPES.ok("[method]future-incoming-response.get", "from nobody"),
        Err(error) => TYPES.err("[method]future-incoming-response.get", error),
    }
    // what can't be sent
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    HANDLER.handle("handle", outgoing_handler::handle(request, None));
    let request = to(server, "/", Fields::new());
    request.set_scheme(Some(&Scheme::Other("gopher".to_string()))).unwrap();
    HANDLER.handle("handle", outgoing_handler::handle(request, None));
    // a body that is longer than was announced
    let request = to(server, "/echo", Fields::from_list(&[("content-length".to_string(), value("3"))]).unwrap());
    request.set_method(&Method::Post).unwrap();
    let body = request.body().unwrap();
    let stream = body.write().unwrap();
    let _future = outgoing_handler::handle(request, None);
    let longer = stream.blocking_write_and_flush(b"too long");
    TYPES.ok("[method]outgoing-body.write", if longer.is_err() { "refuses what is too long" } else { "takes what is too long" });
    drop(stream);
    TYPES.case("[static]outgoing-body.finish", OutgoingBody::finish(body, None));
    // the server ends the connection in the middle of a body
    let future = outgoing_handler::handle(to(server, "/broken", Fields::new()), None).unwrap();
    let body = answer(&future).unwrap().consume().unwrap();
    let stream = body.stream().unwrap();
    loop {
        match stream.blocking_read(1000) {
            Ok(_) => continue,
            Err(StreamError::LastOperationFailed(error)) => break TYPES.ok("http-error-code", http_error_code(&error).map(|code| guests_0_2::report::case(&code))),
            Err(StreamError::Closed) => break TYPES.err("http-error-code", "closed"),
        }
    }
    drop(stream);
    let future = IncomingBody::finish(body);
    future.subscribe().block();
    match future.get() {
        Some(Ok(Err(error))) => TYPES.err("[method]future-trailers.get", error),
        _ => TYPES.ok("[method]future-trailers.get", "of a broken body"),
    }
}

fn entries(fields: &Fields) -> Vec<(String, String)> {
    fields.entries().into_iter().map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())).collect()
}

export!(Program);
