//! Uses what it was granted, and says what it was refused: files by the standard library, sockets and HTTP by WASI 0.2.
use std::{env, fs, io::Write, process::ExitCode};
use wasip2::http::outgoing_handler;
use wasip2::http::types::{Fields, OutgoingRequest, Scheme};
use wasip2::sockets::{instance_network::instance_network, ip_name_lookup::resolve_addresses, network::{ErrorCode, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress}, tcp_create_socket::create_tcp_socket};

const USAGE: &str = "list DIRECTORY | read FILE | write FILE TEXT | connect ADDRESS:PORT | look-up NAME | fetch http://HOST:PORT/PATH";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = match words[..] {
        ["list", directory] => list(directory),
        ["read", file] => fs::read_to_string(file).map_err(|error| format!("{file}: {error}")),
        ["write", file, text] => fs::write(file, text).map(|()| String::new()).map_err(|error| format!("{file}: {error}")),
        ["connect", address] => connect(address),
        ["look-up", name] => look_up(name),
        ["fetch", url] => fetch(url),
        _ => Err(USAGE.into()),
    };
    match told {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

fn list(directory: &str) -> Result<String, String> {
    let entries = fs::read_dir(directory).map_err(|error| format!("{directory}: {error}"))?;
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names.iter().map(|name| format!("{name}\n")).collect())
}

fn connect(address: &str) -> Result<String, String> {
    let parsed: std::net::SocketAddrV4 = address.parse().map_err(|_| format!("{address} is no address with a port"))?;
    let [a, b, c, d] = parsed.ip().octets();
    let remote = IpSocketAddress::Ipv4(Ipv4SocketAddress { port: parsed.port(), address: (a, b, c, d) });
    let told = |code: ErrorCode| format!("{address}: {}", code.name());
    let socket = create_tcp_socket(IpAddressFamily::Ipv4).map_err(told)?;
    socket.start_connect(&instance_network(), remote).map_err(told)?;
    socket.subscribe().block();
    socket.finish_connect().map_err(told)?;
    Ok(format!("connected to {address}\n"))
}

fn look_up(name: &str) -> Result<String, String> {
    let told = |code: ErrorCode| format!("{name}: {}", code.name());
    let addresses = resolve_addresses(&instance_network(), name).map_err(told)?;
    addresses.subscribe().block();
    let first = addresses.resolve_next_address().map_err(told)?;
    Ok(format!("{name} has {}\n", if first.is_some() { "an address" } else { "none" }))
}

fn fetch(url: &str) -> Result<String, String> {
    let (scheme, rest) = url.split_once("://").ok_or("a URL begins with http:// or https://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&if scheme == "https" { Scheme::Https } else { Scheme::Http })).unwrap();
    request.set_authority(Some(authority)).map_err(|()| format!("{authority} is no host"))?;
    request.set_path_with_query(Some(&format!("/{path}"))).map_err(|()| format!("/{path} is no path"))?;
    let told = |code: wasip2::http::types::ErrorCode| format!("{url}: {code:?}");
    let coming = outgoing_handler::handle(request, None).map_err(told)?;
    coming.subscribe().block();
    let response = coming.get().unwrap().unwrap().map_err(told)?;
    let body = response.consume().unwrap();
    let stream = body.stream().unwrap();
    let mut bytes = Vec::new();
    while let Ok(more) = stream.blocking_read(65536) {
        bytes.extend(more);
    }
    Ok(format!("{} {}\n", response.status(), String::from_utf8_lossy(&bytes).trim_end()))
}
