//! `wasi:http`, the side of a client. The arguments: the authority of a server (see conformance/wasi/peers.ts), one where nobody listens.

use guests_0_3::wasi::cli::environment;
use guests_0_3::wasi::http::client;
use guests_0_3::wasi::http::types::*;
use guests_0_3::{export, exports, flush, print, report::Report, wit_future, wit_stream};
use wit_bindgen::{FutureReader, StreamReader};

struct Program;

const TYPES: Report = Report { interface: "wasi:http/types@0.3", print };
const CLIENT: Report = Report { interface: "wasi:http/client@0.3", print };

impl exports::wasi::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        let (server, nobody) = (&arguments[1], &arguments[2]);
        fields();
        request();
        options();
        response();
        flush().await;
        exchange(server).await;
        flush().await;
        failures(server, nobody).await;
        flush().await;
        Ok(())
    }
}

type Sent = FutureReader<Result<(), ErrorCode>>;

/// A request without a body.
fn bare(headers: Fields) -> (Request, Sent) {
    let (_, trailers) = wit_future::new(|| Ok(None));
    Request::new(headers, None, trailers, None)
}

fn value(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn values(list: Vec<Vec<u8>>) -> Vec<String> {
    list.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

fn fields() {
    let fields = Fields::new();
    TYPES.ok("[constructor]fields", fields.copy_all().len());
    let list = |entries: &[(&str, &str)]| Fields::from_list(&entries.iter().map(|(name, text)| (name.to_string(), value(text))).collect::<Vec<_>>());
    let listed = TYPES.handle("[static]fields.from-list", list(&[("x-one", "1"), ("X-Two", "2"), ("x-one", "3")])).unwrap();
    TYPES.ok("[method]fields.copy-all", entries(&listed));
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
    TYPES.ok("[method]fields.copy-all", entries(&listed));
    let copy = fields.clone();
    copy.append("x-name", &value("four")).unwrap();
    TYPES.ok("[method]fields.clone", (values(fields.get("x-name")), values(copy.get("x-name"))));

    TYPES.case("[method]fields.get-and-delete", copy.get_and_delete("X-Name").map(values));
    TYPES.case("[method]fields.get-and-delete", copy.get_and_delete("x-missing").map(values));
    TYPES.case("[method]fields.get-and-delete", copy.get_and_delete("not a name").map(values));

    let (request, _) = bare(fields);
    let fixed = request.get_headers();
    TYPES.case("[method]fields.set", fixed.set("x-name", &[]));
    TYPES.case("[method]fields.append", fixed.append("x-name", &value("five")));
    TYPES.case("[method]fields.delete", fixed.delete("x-name"));
    TYPES.case("[method]fields.get-and-delete", fixed.get_and_delete("x-name").map(values));
    TYPES.case("[method]fields.append", fixed.clone().append("x-name", &value("five")));
}

fn request() {
    let (request, _) = bare(Fields::new());
    TYPES.ok("[static]request.new", "without a body");
    TYPES.ok("[method]request.get-method", request.get_method());
    TYPES.case("[method]request.set-method", request.set_method(&Method::Put));
    TYPES.ok("[method]request.get-method", request.get_method());
    TYPES.case("[method]request.set-method", request.set_method(&Method::Other("PURGE".to_string())));
    TYPES.case("[method]request.set-method", request.set_method(&Method::Other("not a method".to_string())));
    TYPES.ok("[method]request.get-method", request.get_method());
    TYPES.ok("[method]request.get-path-with-query", request.get_path_with_query());
    TYPES.case("[method]request.set-path-with-query", request.set_path_with_query(Some("/path?query=1")));
    TYPES.case("[method]request.set-path-with-query", request.set_path_with_query(Some("/new\nline")));
    TYPES.ok("[method]request.get-path-with-query", request.get_path_with_query());
    TYPES.ok("[method]request.get-scheme", request.get_scheme());
    TYPES.case("[method]request.set-scheme", request.set_scheme(Some(&Scheme::Https)));
    TYPES.case("[method]request.set-scheme", request.set_scheme(Some(&Scheme::Other("not a scheme".to_string()))));
    TYPES.ok("[method]request.get-scheme", request.get_scheme());
    TYPES.ok("[method]request.get-authority", request.get_authority());
    TYPES.case("[method]request.set-authority", request.set_authority(Some("example.com:8080")));
    TYPES.case("[method]request.set-authority", request.set_authority(Some("not an authority")));
    TYPES.case("[method]request.set-authority", request.set_authority(Some("example.com:99999")));
    TYPES.ok("[method]request.get-authority", request.get_authority());
    TYPES.ok("[method]request.get-headers", request.get_headers().copy_all().len());
    TYPES.ok("[method]request.get-options", request.get_options().is_some());
}

fn options() {
    let options = RequestOptions::new();
    TYPES.ok("[constructor]request-options", ());
    TYPES.ok("[method]request-options.get-connect-timeout", options.get_connect_timeout());
    TYPES.case("[method]request-options.set-connect-timeout", options.set_connect_timeout(Some(1_000_000_000)));
    TYPES.ok("[method]request-options.get-connect-timeout", options.get_connect_timeout());
    TYPES.case("[method]request-options.set-first-byte-timeout", options.set_first_byte_timeout(Some(2_000_000_000)));
    TYPES.ok("[method]request-options.get-first-byte-timeout", options.get_first_byte_timeout());
    TYPES.case("[method]request-options.set-between-bytes-timeout", options.set_between_bytes_timeout(Some(3_000_000_000)));
    TYPES.ok("[method]request-options.get-between-bytes-timeout", options.get_between_bytes_timeout());
    TYPES.case("[method]request-options.set-between-bytes-timeout", options.set_between_bytes_timeout(None));
    TYPES.ok("[method]request-options.get-between-bytes-timeout", options.get_between_bytes_timeout());
    TYPES.ok("[method]request-options.clone", options.clone().get_connect_timeout());

    let (_, trailers) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(Fields::new(), None, trailers, Some(options));
    let Some(fixed) = request.get_options() else { return TYPES.err("[method]request.get-options", "none") };
    TYPES.ok("[method]request.get-options", fixed.get_connect_timeout());
    TYPES.case("[method]request-options.set-connect-timeout", fixed.set_connect_timeout(None));
    TYPES.case("[method]request-options.set-first-byte-timeout", fixed.set_first_byte_timeout(None));
    TYPES.case("[method]request-options.set-between-bytes-timeout", fixed.set_between_bytes_timeout(None));
    TYPES.case("[method]request-options.set-connect-timeout", fixed.clone().set_connect_timeout(None));
}

fn response() {
    let (_, trailers) = wit_future::new(|| Ok(None));
    let headers = Fields::from_list(&[("content-length".to_string(), value("10"))]).unwrap();
    let (response, _) = Response::new(headers, None, trailers);
    TYPES.ok("[static]response.new", "without a body");
    TYPES.ok("[method]response.get-status-code", response.get_status_code());
    TYPES.case("[method]response.set-status-code", response.set_status_code(404));
    TYPES.case("[method]response.set-status-code", response.set_status_code(1000));
    TYPES.case("[method]response.set-status-code", response.set_status_code(99));
    TYPES.ok("[method]response.get-status-code", response.get_status_code());
    TYPES.ok("[method]response.get-headers", entries(&response.get_headers()));
    TYPES.case("[method]fields.set", response.get_headers().set("x-name", &[]));
}

fn to(request: &Request, authority: &str, path: &str) {
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(path)).unwrap();
}

async fn exchange(server: &str) {
    let headers = Fields::new();
    headers.append("x-sent", &value("header")).unwrap();
    let (mut writer, contents) = wit_stream::new::<u8>();
    let (end, trailers) = wit_future::new(|| Ok(None));
    let options = RequestOptions::new();
    options.set_connect_timeout(Some(60_000_000_000)).unwrap();
    let (request, sent) = Request::new(headers, Some(contents), trailers, Some(options));
    to(&request, server, "/echo?query=1");
    request.set_method(&Method::Post).unwrap();
    wit_bindgen::spawn_local(async move {
        writer.write_all(b"a body".to_vec()).await;
        drop(writer);
        let _ = end.write(Ok(None)).await;
    });
    let Some(response) = CLIENT.handle("send", client::send(request).await) else { return };
    TYPES.ok("[method]response.get-status-code", response.get_status_code());
    let headers = response.get_headers();
    TYPES.ok("[method]response.get-headers", (values(headers.get("x-answered")), headers.has("content-type")));
    TYPES.case("[method]fields.set", headers.set("x-answered", &[]));
    let (_, res) = wit_future::new(|| Ok(()));
    let (stream, trailers) = Response::consume_body(response, res);
    let text = String::from_utf8_lossy(&stream.collect().await).into_owned();
    TYPES.map("[static]response.consume-body", trailers.await, |trailers| (text, trailers.as_ref().map(entries)));
    TYPES.case("[static]request.new", sent.await);
}

async fn failures(server: &str, nobody: &str) {
    // nobody listens
    let (request, _) = bare(Fields::new());
    to(&request, nobody, "/");
    CLIENT.handle("send", client::send(request).await);
    // a body that is shorter than was announced
    let (mut writer, contents) = wit_stream::new::<u8>();
    let (end, trailers) = wit_future::new(|| Ok(None));
    let headers = Fields::from_list(&[("content-length".to_string(), value("10"))]).unwrap();
    let (request, sent) = Request::new(headers, Some(contents), trailers, None);
    to(&request, server, "/echo");
    request.set_method(&Method::Post).unwrap();
    wit_bindgen::spawn_local(async move {
        writer.write_all(b"short".to_vec()).await;
        drop(writer);
        let _ = end.write(Ok(None)).await;
    });
    CLIENT.handle("send", client::send(request).await);
    TYPES.case("[static]request.new", sent.await);
    // what can't be sent
    let (request, _) = bare(Fields::new());
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    CLIENT.handle("send", client::send(request).await);
    let (request, _) = bare(Fields::new());
    to(&request, server, "/");
    request.set_scheme(Some(&Scheme::Other("gopher".to_string()))).unwrap();
    CLIENT.handle("send", client::send(request).await);
    // the server ends the connection in the middle of a body
    let Some((stream, trailers)) = broken(server).await else { return };
    let text = String::from_utf8_lossy(&stream.collect().await).into_owned();
    TYPES.map("[static]response.consume-body", trailers.await, |trailers| (text, trailers.is_some()));
    // a request with what comes of such a body: its consumer sees the same
    let Some((stream, trailers)) = broken(server).await else { return };
    let (request, _) = Request::new(Fields::new(), Some(stream), trailers, None);
    let (_, res) = wit_future::new(|| Ok(()));
    let (stream, trailers) = Request::consume_body(request, res);
    let text = String::from_utf8_lossy(&stream.collect().await).into_owned();
    TYPES.map("[static]request.consume-body", trailers.await, |trailers| (text, trailers.is_some()));
}

async fn broken(server: &str) -> Option<(StreamReader<u8>, FutureReader<Result<Option<Fields>, ErrorCode>>)> {
    let (request, _) = bare(Fields::new());
    to(&request, server, "/broken");
    let response = CLIENT.handle("send", client::send(request).await)?;
    let (_, res) = wit_future::new(|| Ok(()));
    Some(Response::consume_body(response, res))
}

fn entries(fields: &Fields) -> Vec<(String, String)> {
    fields.copy_all().into_iter().map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())).collect()
}

export!(Program);
