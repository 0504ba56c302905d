//! `wasi:sockets`, over the loopback address. The first argument is the port of a server there that resets each connection once it has
//! sent a byte; with `denied` it is only tried what a program without a network gets, with `revoked` the host takes the network back
//! when it reads so on standard output.

use guests_0_2::wasi::cli::environment;
use guests_0_2::wasi::io::poll::Pollable;
use guests_0_2::wasi::io::streams::StreamError;
use guests_0_2::wasi::sockets::network::{
    ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress, Network, network_error_code,
};
use guests_0_2::wasi::sockets::tcp::{ShutdownType, TcpSocket};
use guests_0_2::wasi::sockets::udp::{OutgoingDatagram, UdpSocket};
use guests_0_2::wasi::sockets::{instance_network, ip_name_lookup, tcp_create_socket, udp_create_socket};
use guests_0_2::{export, exports, print, report::Report};

struct Program;

const TCP: Report = Report { interface: "wasi:sockets/tcp@0.2", print };
const UDP: Report = Report { interface: "wasi:sockets/udp@0.2", print };
const LOOKUP: Report = Report { interface: "wasi:sockets/ip-name-lookup@0.2", print };
const CREATE_TCP: Report = Report { interface: "wasi:sockets/tcp-create-socket@0.2", print };
const CREATE_UDP: Report = Report { interface: "wasi:sockets/udp-create-socket@0.2", print };

impl exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        if arguments[1] == "denied" {
            CREATE_TCP.handle("create-tcp-socket", tcp_create_socket::create_tcp_socket(IpAddressFamily::Ipv4));
            CREATE_UDP.handle("create-udp-socket", udp_create_socket::create_udp_socket(IpAddressFamily::Ipv4));
            let network = instance_network::instance_network();
            look_up_each(&network, &["localhost", "127.0.0.1"]);
            return Ok(());
        }
        let network = instance_network::instance_network();
        Report { interface: "wasi:sockets/instance-network@0.2", print }.ok("instance-network", ());
        if arguments[1] == "revoked" {
            revoked(&network);
            return Ok(());
        }
        options();
        connection(&network);
        states(&network);
        reset(&network, arguments[1].parse().unwrap());
        datagrams(&network);
        udp_states(&network);
        unanswered(&network);
        look_up(&network);
        Ok(())
    }
}

fn loopback(port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: (127, 0, 0, 1) })
}

fn loopback6(port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv6(Ipv6SocketAddress { port, flow_info: 0, address: (0, 0, 0, 0, 0, 0, 0, 1), scope_id: 0 })
}

fn port(address: &IpSocketAddress) -> u16 {
    match address {
        IpSocketAddress::Ipv4(address) => address.port,
        IpSocketAddress::Ipv6(address) => address.port,
    }
}

/// An address without its port, which the system chose.
fn host(address: &IpSocketAddress) -> String {
    match address {
        IpSocketAddress::Ipv4(Ipv4SocketAddress { address, port }) => format!("{address:?} {}", if *port == 0 { "no port" } else { "a port" }),
        IpSocketAddress::Ipv6(Ipv6SocketAddress { address, .. }) => format!("{address:?}"),
    }
}

fn tcp() -> TcpSocket {
    tcp_create_socket::create_tcp_socket(IpAddressFamily::Ipv4).unwrap()
}

fn udp() -> UdpSocket {
    udp_create_socket::create_udp_socket(IpAddressFamily::Ipv4).unwrap()
}

/// Asks again as long as the answer is `would-block`.
fn settled<T>(pollable: &Pollable, each: impl Fn() -> Result<T, ErrorCode>) -> Result<T, ErrorCode> {
    loop {
        pollable.block();
        match each() {
            Err(ErrorCode::WouldBlock) => continue,
            result => return result,
        }
    }
}

fn options() {
    let Some(socket) = CREATE_TCP.handle("create-tcp-socket", tcp_create_socket::create_tcp_socket(IpAddressFamily::Ipv4)) else { return };
    TCP.ok("[method]tcp-socket.address-family", socket.address_family());
    TCP.ok("[method]tcp-socket.is-listening", socket.is_listening());
    TCP.case("[method]tcp-socket.keep-alive-enabled", socket.keep_alive_enabled());
    TCP.case("[method]tcp-socket.set-keep-alive-enabled", socket.set_keep_alive_enabled(true));
    TCP.case("[method]tcp-socket.keep-alive-enabled", socket.keep_alive_enabled());
    TCP.case("[method]tcp-socket.set-keep-alive-idle-time", socket.set_keep_alive_idle_time(60_000_000_000));
    TCP.case("[method]tcp-socket.keep-alive-idle-time", socket.keep_alive_idle_time());
    TCP.case("[method]tcp-socket.set-keep-alive-idle-time", socket.set_keep_alive_idle_time(0));
    TCP.case("[method]tcp-socket.set-keep-alive-interval", socket.set_keep_alive_interval(30_000_000_000));
    TCP.case("[method]tcp-socket.keep-alive-interval", socket.keep_alive_interval());
    TCP.case("[method]tcp-socket.set-keep-alive-interval", socket.set_keep_alive_interval(0));
    TCP.case("[method]tcp-socket.set-keep-alive-count", socket.set_keep_alive_count(5));
    TCP.case("[method]tcp-socket.keep-alive-count", socket.keep_alive_count());
    TCP.case("[method]tcp-socket.set-keep-alive-count", socket.set_keep_alive_count(0));
    TCP.case("[method]tcp-socket.set-hop-limit", socket.set_hop_limit(42));
    TCP.case("[method]tcp-socket.hop-limit", socket.hop_limit());
    TCP.case("[method]tcp-socket.set-hop-limit", socket.set_hop_limit(0));
    TCP.case("[method]tcp-socket.set-receive-buffer-size", socket.set_receive_buffer_size(65536));
    TCP.case("[method]tcp-socket.receive-buffer-size", socket.receive_buffer_size().map(|size| size >= 65536));
    TCP.case("[method]tcp-socket.set-receive-buffer-size", socket.set_receive_buffer_size(0));
    TCP.case("[method]tcp-socket.set-send-buffer-size", socket.set_send_buffer_size(65536));
    TCP.case("[method]tcp-socket.send-buffer-size", socket.send_buffer_size().map(|size| size >= 65536));
    TCP.case("[method]tcp-socket.set-send-buffer-size", socket.set_send_buffer_size(0));
    TCP.case("[method]tcp-socket.set-listen-backlog-size", socket.set_listen_backlog_size(16));
    TCP.case("[method]tcp-socket.set-listen-backlog-size", socket.set_listen_backlog_size(0));
    TCP.case("[method]tcp-socket.local-address", socket.local_address().map(|address| host(&address)));
    TCP.case("[method]tcp-socket.remote-address", socket.remote_address().map(|address| host(&address)));
    TCP.case("[method]tcp-socket.shutdown", socket.shutdown(ShutdownType::Both));
    TCP.handle("[method]tcp-socket.accept", socket.accept());
    TCP.ok("[method]tcp-socket.subscribe", socket.subscribe().ready());

    let Some(socket) = CREATE_UDP.handle("create-udp-socket", udp_create_socket::create_udp_socket(IpAddressFamily::Ipv4)) else { return };
    UDP.ok("[method]udp-socket.address-family", socket.address_family());
    UDP.case("[method]udp-socket.set-unicast-hop-limit", socket.set_unicast_hop_limit(42));
    UDP.case("[method]udp-socket.unicast-hop-limit", socket.unicast_hop_limit());
    UDP.case("[method]udp-socket.set-unicast-hop-limit", socket.set_unicast_hop_limit(0));
    UDP.case("[method]udp-socket.set-receive-buffer-size", socket.set_receive_buffer_size(65536));
    UDP.case("[method]udp-socket.receive-buffer-size", socket.receive_buffer_size().map(|size| size >= 65536));
    UDP.case("[method]udp-socket.set-receive-buffer-size", socket.set_receive_buffer_size(0));
    UDP.case("[method]udp-socket.set-send-buffer-size", socket.set_send_buffer_size(65536));
    UDP.case("[method]udp-socket.send-buffer-size", socket.send_buffer_size().map(|size| size >= 65536));
    UDP.case("[method]udp-socket.set-send-buffer-size", socket.set_send_buffer_size(0));
    UDP.case("[method]udp-socket.local-address", socket.local_address().map(|address| host(&address)));
    UDP.case("[method]udp-socket.remote-address", socket.remote_address().map(|address| host(&address)));
}

fn listening(network: &Network) -> TcpSocket {
    let listener = tcp();
    listener.start_bind(network, loopback(0)).unwrap();
    listener.finish_bind().unwrap();
    listener.start_listen().unwrap();
    listener.finish_listen().unwrap();
    listener
}

fn connection(network: &Network) {
    let listener = tcp();
    TCP.case("[method]tcp-socket.start-bind", listener.start_bind(network, loopback6(0)));
    TCP.case("[method]tcp-socket.start-bind", listener.start_bind(network, loopback(0)));
    TCP.case("[method]tcp-socket.finish-bind", listener.finish_bind());
    TCP.case("[method]tcp-socket.finish-bind", listener.finish_bind());
    TCP.case("[method]tcp-socket.start-bind", listener.start_bind(network, loopback(0)));
    TCP.case("[method]tcp-socket.local-address", listener.local_address().map(|address| host(&address)));
    TCP.case("[method]tcp-socket.start-listen", listener.start_listen());
    TCP.case("[method]tcp-socket.finish-listen", listener.finish_listen());
    TCP.case("[method]tcp-socket.finish-listen", listener.finish_listen());
    TCP.case("[method]tcp-socket.start-listen", listener.start_listen());
    TCP.ok("[method]tcp-socket.is-listening", listener.is_listening());
    TCP.handle("[method]tcp-socket.accept", listener.accept());
    let address = listener.local_address().unwrap();

    let other = tcp();
    TCP.case("[method]tcp-socket.start-bind", other.start_bind(network, address));

    let client = tcp();
    TCP.case("[method]tcp-socket.start-connect", client.start_connect(network, address));
    let connected = client.subscribe();
    let streams = settled(&connected, || client.finish_connect());
    drop(connected);
    let Some((input, output)) = TCP.handle("[method]tcp-socket.finish-connect", streams) else { return };
    TCP.handle("[method]tcp-socket.finish-connect", client.finish_connect());
    TCP.case("[method]tcp-socket.start-connect", client.start_connect(network, address));
    TCP.case("[method]tcp-socket.remote-address", client.remote_address().map(|remote| port(&remote) == port(&address)));

    let incoming = listener.subscribe();
    let accepted = settled(&incoming, || listener.accept());
    TCP.ok("[method]tcp-socket.subscribe", ());
    let Some((server, server_input, server_output)) = TCP.handle("[method]tcp-socket.accept", accepted) else { return };
    TCP.case("[method]tcp-socket.remote-address", server.remote_address().map(|address| host(&address)));
    TCP.ok("[method]tcp-socket.is-listening", server.is_listening());

    output.blocking_write_and_flush(b"ping").unwrap();
    TCP.ok("[method]tcp-socket.finish-connect", String::from_utf8_lossy(&server_input.blocking_read(100).unwrap()));
    server_output.blocking_write_and_flush(b"pong").unwrap();
    TCP.ok("[method]tcp-socket.accept", String::from_utf8_lossy(&input.blocking_read(100).unwrap()));
    TCP.case("[method]tcp-socket.shutdown", client.shutdown(ShutdownType::Send));
    TCP.ok("[method]tcp-socket.shutdown", matches!(server_input.blocking_read(100), Err(StreamError::Closed)));
    TCP.case("[method]tcp-socket.shutdown", server.shutdown(ShutdownType::Both));
    TCP.ok("[method]tcp-socket.shutdown", matches!(input.blocking_read(100), Err(StreamError::Closed)));
}

/// After a connection that failed a socket is of no use: every function that can says so.
fn states(network: &Network) {
    let gone = {
        let listener = listening(network);
        listener.local_address().unwrap()
    };
    let socket = tcp();
    TCP.case("[method]tcp-socket.start-listen", socket.start_listen());
    TCP.case("[method]tcp-socket.start-connect", socket.start_connect(network, loopback6(1)));
    TCP.case("[method]tcp-socket.start-connect", socket.start_connect(network, loopback(0)));
    socket.start_connect(network, gone).unwrap();
    let refused = socket.subscribe();
    TCP.handle("[method]tcp-socket.finish-connect", settled(&refused, || socket.finish_connect()));
    TCP.case("[method]tcp-socket.start-bind", socket.start_bind(network, loopback(0)));
    TCP.case("[method]tcp-socket.local-address", socket.local_address().map(drop));
    TCP.case("[method]tcp-socket.remote-address", socket.remote_address().map(drop));
    TCP.case("[method]tcp-socket.keep-alive-enabled", socket.keep_alive_enabled().map(drop));
    TCP.case("[method]tcp-socket.set-keep-alive-enabled", socket.set_keep_alive_enabled(true));
    TCP.case("[method]tcp-socket.keep-alive-idle-time", socket.keep_alive_idle_time().map(drop));
    TCP.case("[method]tcp-socket.keep-alive-interval", socket.keep_alive_interval().map(drop));
    TCP.case("[method]tcp-socket.keep-alive-count", socket.keep_alive_count().map(drop));
    TCP.case("[method]tcp-socket.hop-limit", socket.hop_limit().map(drop));
    TCP.case("[method]tcp-socket.receive-buffer-size", socket.receive_buffer_size().map(drop));
    TCP.case("[method]tcp-socket.send-buffer-size", socket.send_buffer_size().map(drop));
}

/// A stream of a connection that the other end resets tells which error it was.
fn reset(network: &Network, port: u16) {
    let socket = tcp();
    socket.start_connect(network, loopback(port)).unwrap();
    let connected = socket.subscribe();
    let (input, _output) = settled(&connected, || socket.finish_connect()).unwrap();
    let report = Report { interface: "wasi:sockets/network@0.2", print };
    loop {
        match input.blocking_read(100) {
            Ok(_) => continue,
            Err(StreamError::LastOperationFailed(error)) => return report.ok("network-error-code", network_error_code(&error).map(|code| code.name())),
            Err(StreamError::Closed) => return report.err("network-error-code", "closed"),
        }
    }
}

fn datagrams(network: &Network) {
    let server = udp();
    UDP.case("[method]udp-socket.start-bind", server.start_bind(network, loopback6(0)));
    UDP.case("[method]udp-socket.start-bind", server.start_bind(network, loopback(0)));
    UDP.case("[method]udp-socket.finish-bind", server.finish_bind());
    UDP.case("[method]udp-socket.finish-bind", server.finish_bind());
    UDP.case("[method]udp-socket.start-bind", server.start_bind(network, loopback(0)));
    UDP.case("[method]udp-socket.local-address", server.local_address().map(|address| host(&address)));
    UDP.ok("[method]udp-socket.subscribe", server.subscribe().ready());
    let address = server.local_address().unwrap();
    let Some((server_in, server_out)) = UDP.handle("[method]udp-socket.stream", server.stream(None)) else { return };
    UDP.case("[method]udp-socket.remote-address", server.remote_address().map(|address| host(&address)));
    UDP.case("[method]incoming-datagram-stream.receive", server_in.receive(10).map(|received| received.len()));

    let client = udp();
    client.start_bind(network, loopback(0)).unwrap();
    client.finish_bind().unwrap();
    let Some((client_in, client_out)) = UDP.handle("[method]udp-socket.stream", client.stream(Some(address))) else { return };
    UDP.case("[method]udp-socket.remote-address", client.remote_address().map(|remote| port(&remote) == port(&address)));
    let ready = client_out.subscribe();
    ready.block();
    UDP.ok("[method]outgoing-datagram-stream.subscribe", ready.ready());
    drop(ready);
    UDP.case("[method]outgoing-datagram-stream.check-send", client_out.check_send().map(|room| room > 0));
    UDP.case("[method]outgoing-datagram-stream.send", client_out.send(&[OutgoingDatagram { data: b"ping".to_vec(), remote_address: None }]));

    server_in.subscribe().block();
    UDP.ok("[method]incoming-datagram-stream.subscribe", server_in.subscribe().ready());
    let received = server_in.receive(10);
    let from = received.as_ref().ok().and_then(|received| received.first().map(|datagram| datagram.remote_address));
    UDP.case("[method]incoming-datagram-stream.receive", received.map(|all| all.iter().map(|one| text(&one.data)).collect::<Vec<_>>()));
    let Some(from) = from else { return };
    server_out.subscribe().block();
    server_out.check_send().unwrap();
    UDP.case("[method]outgoing-datagram-stream.send", server_out.send(&[OutgoingDatagram { data: b"pong".to_vec(), remote_address: Some(from) }]));
    client_in.subscribe().block();
    UDP.case("[method]incoming-datagram-stream.receive", client_in.receive(1).map(|all| all.iter().map(|one| text(&one.data)).collect::<Vec<_>>()));

    let refused = |data: Vec<u8>, remote_address| {
        client_out.subscribe().block();
        client_out.check_send().unwrap();
        UDP.case("[method]outgoing-datagram-stream.send", client_out.send(&[OutgoingDatagram { data, remote_address }]));
    };
    refused(vec![0; 70_000], None);
    refused(b"elsewhere".to_vec(), Some(loopback(1)));
    server_out.subscribe().block();
    server_out.check_send().unwrap();
    UDP.case("[method]outgoing-datagram-stream.send", server_out.send(&[OutgoingDatagram { data: b"nowhere".to_vec(), remote_address: None }]));
}

fn udp_states(network: &Network) {
    let unbound = udp();
    UDP.handle("[method]udp-socket.stream", unbound.stream(None));
    let bound = udp();
    bound.start_bind(network, loopback(0)).unwrap();
    bound.finish_bind().unwrap();
    UDP.handle("[method]udp-socket.stream", bound.stream(Some(loopback(0))));
    UDP.handle("[method]udp-socket.stream", bound.stream(Some(loopback6(1))));
    let taken = udp();
    UDP.case("[method]udp-socket.start-bind", taken.start_bind(network, bound.local_address().unwrap()));
}

/// What was open when the network was taken back.
fn revoked(network: &Network) {
    let socket = udp();
    socket.start_bind(network, loopback(0)).unwrap();
    socket.finish_bind().unwrap();
    let (incoming, outgoing) = socket.stream(None).unwrap();
    let addresses = ip_name_lookup::resolve_addresses(network, "localhost").unwrap();
    print("revoke\n");
    UDP.case("[method]udp-socket.unicast-hop-limit", socket.unicast_hop_limit());
    UDP.case("[method]udp-socket.receive-buffer-size", socket.receive_buffer_size().map(drop));
    UDP.case("[method]udp-socket.send-buffer-size", socket.send_buffer_size().map(drop));
    UDP.case("[method]incoming-datagram-stream.receive", incoming.receive(1).map(drop));
    UDP.case("[method]outgoing-datagram-stream.check-send", outgoing.check_send().map(drop));
    let found = addresses.subscribe();
    LOOKUP.case("[method]resolve-address-stream.resolve-next-address", settled(&found, || addresses.resolve_next_address()).map(drop));
}

/// A datagram to where nobody listens any more: the system says so to who waits for an answer.
fn unanswered(network: &Network) {
    let gone = {
        let socket = udp();
        socket.start_bind(network, loopback(0)).unwrap();
        socket.finish_bind().unwrap();
        socket.local_address().unwrap()
    };
    let socket = udp();
    socket.start_bind(network, loopback(0)).unwrap();
    socket.finish_bind().unwrap();
    let (incoming, outgoing) = socket.stream(Some(gone)).unwrap();
    outgoing.subscribe().block();
    outgoing.check_send().unwrap();
    outgoing.send(&[OutgoingDatagram { data: b"anybody?".to_vec(), remote_address: None }]).unwrap();
    incoming.subscribe().block();
    UDP.case("[method]incoming-datagram-stream.receive", incoming.receive(1).map(|all| all.len()));
}

fn look_up(network: &Network) {
    look_up_each(network, &["127.0.0.1", "::1", "localhost", "LOCALHOST", "", "not a name", "127.0.0.1:80"]);
}

fn look_up_each(network: &Network, names: &[&str]) {
    for name in names {
        let Some(addresses) = LOOKUP.handle("resolve-addresses", ip_name_lookup::resolve_addresses(network, name)) else { continue };
        let found = addresses.subscribe();
        match all_of(&addresses, &found) {
            Ok(all) => LOOKUP.ok("[method]resolve-address-stream.resolve-next-address", (!all.is_empty(), all.iter().all(of_loopback))),
            Err(error) => LOOKUP.err("[method]resolve-address-stream.resolve-next-address", error),
        }
        LOOKUP.ok("[method]resolve-address-stream.subscribe", found.ready());
    }
}

fn all_of(addresses: &ip_name_lookup::ResolveAddressStream, found: &Pollable) -> Result<Vec<IpAddress>, ErrorCode> {
    let mut all = Vec::new();
    while let Some(address) = settled(found, || addresses.resolve_next_address())? {
        all.push(address);
    }
    Ok(all)
}

fn of_loopback(address: &IpAddress) -> bool {
    matches!(address, IpAddress::Ipv4((127, 0, 0, 1)) | IpAddress::Ipv6((0, 0, 0, 0, 0, 0, 0, 1)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

export!(Program);
