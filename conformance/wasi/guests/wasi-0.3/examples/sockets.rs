//! `wasi:sockets`, over the loopback address. The first argument is the port of a server there that resets each connection once it has
//! sent a byte; with `denied` it is only tried what a program without a network gets, with `revoked` the host takes the network back
//! when it reads so on standard output.

use guests_0_3::wasi::cli::environment;
use guests_0_3::wasi::sockets::ip_name_lookup;
use guests_0_3::wasi::sockets::types::*;
use guests_0_3::{export, exports, flush, print, read_all, report::Report, write_with};

struct Program;

const TYPES: Report = Report { interface: "wasi:sockets/types@0.3", print };
const LOOKUP: Report = Report { interface: "wasi:sockets/ip-name-lookup@0.3", print };

impl exports::wasi::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        if arguments[1] == "denied" {
            denied().await;
            flush().await;
            return Ok(());
        }
        if arguments[1] == "revoked" {
            revoked().await;
            flush().await;
            return Ok(());
        }
        options();
        flush().await;
        connection().await;
        flush().await;
        states().await;
        flush().await;
        reset(arguments[1].parse().unwrap()).await;
        flush().await;
        datagrams().await;
        flush().await;
        udp_states().await;
        flush().await;
        unanswered().await;
        flush().await;
        look_up().await;
        flush().await;
        Ok(())
    }
}

async fn denied() {
    if let Some(socket) = TYPES.handle("[static]tcp-socket.create", TcpSocket::create(IpAddressFamily::Ipv4)) {
        TYPES.case("[method]tcp-socket.bind", socket.bind(loopback(0)));
        TYPES.case("[method]tcp-socket.connect", socket.connect(loopback(1)).await);
    }
    if let Some(socket) = TYPES.handle("[static]udp-socket.create", UdpSocket::create(IpAddressFamily::Ipv4)) {
        TYPES.case("[method]udp-socket.bind", socket.bind(loopback(0)));
    }
    look_up_each(&["localhost", "127.0.0.1"]).await;
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

fn options() {
    let Some(socket) = TYPES.handle("[static]tcp-socket.create", TcpSocket::create(IpAddressFamily::Ipv4)) else { return };
    TYPES.ok("[method]tcp-socket.get-address-family", socket.get_address_family());
    TYPES.ok("[method]tcp-socket.get-is-listening", socket.get_is_listening());
    TYPES.case("[method]tcp-socket.get-keep-alive-enabled", socket.get_keep_alive_enabled());
    TYPES.case("[method]tcp-socket.set-keep-alive-enabled", socket.set_keep_alive_enabled(true));
    TYPES.case("[method]tcp-socket.get-keep-alive-enabled", socket.get_keep_alive_enabled());
    TYPES.case("[method]tcp-socket.set-keep-alive-idle-time", socket.set_keep_alive_idle_time(60_000_000_000));
    TYPES.case("[method]tcp-socket.get-keep-alive-idle-time", socket.get_keep_alive_idle_time());
    TYPES.case("[method]tcp-socket.set-keep-alive-idle-time", socket.set_keep_alive_idle_time(0));
    TYPES.case("[method]tcp-socket.set-keep-alive-interval", socket.set_keep_alive_interval(30_000_000_000));
    TYPES.case("[method]tcp-socket.get-keep-alive-interval", socket.get_keep_alive_interval());
    TYPES.case("[method]tcp-socket.set-keep-alive-interval", socket.set_keep_alive_interval(0));
    TYPES.case("[method]tcp-socket.set-keep-alive-count", socket.set_keep_alive_count(5));
    TYPES.case("[method]tcp-socket.get-keep-alive-count", socket.get_keep_alive_count());
    TYPES.case("[method]tcp-socket.set-keep-alive-count", socket.set_keep_alive_count(0));
    TYPES.case("[method]tcp-socket.set-hop-limit", socket.set_hop_limit(42));
    TYPES.case("[method]tcp-socket.get-hop-limit", socket.get_hop_limit());
    TYPES.case("[method]tcp-socket.set-hop-limit", socket.set_hop_limit(0));
    TYPES.case("[method]tcp-socket.set-receive-buffer-size", socket.set_receive_buffer_size(65536));
    TYPES.case("[method]tcp-socket.get-receive-buffer-size", socket.get_receive_buffer_size().map(|size| size >= 65536));
    TYPES.case("[method]tcp-socket.set-receive-buffer-size", socket.set_receive_buffer_size(0));
    TYPES.case("[method]tcp-socket.set-send-buffer-size", socket.set_send_buffer_size(65536));
    TYPES.case("[method]tcp-socket.get-send-buffer-size", socket.get_send_buffer_size().map(|size| size >= 65536));
    TYPES.case("[method]tcp-socket.set-send-buffer-size", socket.set_send_buffer_size(0));
    TYPES.case("[method]tcp-socket.set-listen-backlog-size", socket.set_listen_backlog_size(16));
    TYPES.case("[method]tcp-socket.set-listen-backlog-size", socket.set_listen_backlog_size(0));
    TYPES.case("[method]tcp-socket.get-local-address", socket.get_local_address().map(|address| host(&address)));
    TYPES.case("[method]tcp-socket.get-remote-address", socket.get_remote_address().map(|address| host(&address)));

    let Some(socket) = TYPES.handle("[static]udp-socket.create", UdpSocket::create(IpAddressFamily::Ipv4)) else { return };
    TYPES.ok("[method]udp-socket.get-address-family", socket.get_address_family());
    TYPES.case("[method]udp-socket.set-unicast-hop-limit", socket.set_unicast_hop_limit(42));
    TYPES.case("[method]udp-socket.get-unicast-hop-limit", socket.get_unicast_hop_limit());
    TYPES.case("[method]udp-socket.set-unicast-hop-limit", socket.set_unicast_hop_limit(0));
    TYPES.case("[method]udp-socket.set-receive-buffer-size", socket.set_receive_buffer_size(65536));
    TYPES.case("[method]udp-socket.get-receive-buffer-size", socket.get_receive_buffer_size().map(|size| size >= 65536));
    TYPES.case("[method]udp-socket.set-receive-buffer-size", socket.set_receive_buffer_size(0));
    TYPES.case("[method]udp-socket.set-send-buffer-size", socket.set_send_buffer_size(65536));
    TYPES.case("[method]udp-socket.get-send-buffer-size", socket.get_send_buffer_size().map(|size| size >= 65536));
    TYPES.case("[method]udp-socket.set-send-buffer-size", socket.set_send_buffer_size(0));
    TYPES.case("[method]udp-socket.get-local-address", socket.get_local_address().map(|address| host(&address)));
    TYPES.case("[method]udp-socket.get-remote-address", socket.get_remote_address().map(|address| host(&address)));
}

fn tcp() -> TcpSocket {
    TcpSocket::create(IpAddressFamily::Ipv4).unwrap()
}

fn udp() -> UdpSocket {
    UdpSocket::create(IpAddressFamily::Ipv4).unwrap()
}

async fn connection() {
    let listener = tcp();
    TYPES.case("[method]tcp-socket.bind", listener.bind(loopback6(0)));
    TYPES.case("[method]tcp-socket.bind", listener.bind(loopback(0)));
    TYPES.case("[method]tcp-socket.bind", listener.bind(loopback(0)));
    TYPES.case("[method]tcp-socket.get-local-address", listener.get_local_address().map(|address| host(&address)));
    let Some(mut incoming) = TYPES.handle("[method]tcp-socket.listen", listener.listen()) else { return };
    TYPES.handle("[method]tcp-socket.listen", listener.listen());
    TYPES.ok("[method]tcp-socket.get-is-listening", listener.get_is_listening());
    let address = listener.get_local_address().unwrap();
    TYPES.case("[method]tcp-socket.bind", tcp().bind(address));

    let client = tcp();
    // nothing can be sent or received before there is a connection
    TYPES.case("[method]tcp-socket.send", write_with(b"early".to_vec(), |data| client.send(data)).await);
    let client = tcp();
    TYPES.case("[method]tcp-socket.receive", read_all(client.receive()).await.1);
    let client = tcp();
    TYPES.case("[method]tcp-socket.connect", client.connect(address).await);
    TYPES.case("[method]tcp-socket.connect", client.connect(address).await);
    TYPES.case("[method]tcp-socket.get-remote-address", client.get_remote_address().map(|remote| port(&remote) == port(&address)));
    let Some(server) = incoming.next().await else { return TYPES.err("[method]tcp-socket.listen", "ended") };
    TYPES.ok("[method]tcp-socket.listen", "a socket");
    TYPES.case("[method]tcp-socket.get-remote-address", server.get_remote_address().map(|address| host(&address)));
    TYPES.ok("[method]tcp-socket.get-is-listening", server.get_is_listening());

    // who has sent all says so: the other end reads until there
    TYPES.case("[method]tcp-socket.send", write_with(b"ping".to_vec(), |data| client.send(data)).await);
    let (text, end) = read_all(server.receive()).await;
    TYPES.map("[method]tcp-socket.receive", end, |()| text);
    TYPES.case("[method]tcp-socket.send", write_with(b"pong".to_vec(), |data| server.send(data)).await);
    let (text, end) = read_all(client.receive()).await;
    TYPES.map("[method]tcp-socket.receive", end, |()| text);
    TYPES.case("[method]tcp-socket.send", write_with(b"again".to_vec(), |data| client.send(data)).await);
    TYPES.case("[method]tcp-socket.receive", read_all(client.receive()).await.1);
}

/// After a connection that failed a socket is of no use: every function that can says so.
async fn states() {
    let gone = {
        let listener = tcp();
        listener.bind(loopback(0)).unwrap();
        listener.get_local_address().unwrap()
    };
    let socket = tcp();
    TYPES.case("[method]tcp-socket.connect", socket.connect(loopback6(1)).await);
    TYPES.case("[method]tcp-socket.connect", socket.connect(loopback(0)).await);
    TYPES.case("[method]tcp-socket.connect", socket.connect(gone).await);
    TYPES.case("[method]tcp-socket.bind", socket.bind(loopback(0)));
    TYPES.handle("[method]tcp-socket.listen", socket.listen());
    TYPES.case("[method]tcp-socket.get-local-address", socket.get_local_address().map(drop));
    TYPES.case("[method]tcp-socket.get-remote-address", socket.get_remote_address().map(drop));
    TYPES.case("[method]tcp-socket.get-keep-alive-enabled", socket.get_keep_alive_enabled().map(drop));
    TYPES.case("[method]tcp-socket.set-keep-alive-enabled", socket.set_keep_alive_enabled(true));
    TYPES.case("[method]tcp-socket.get-keep-alive-idle-time", socket.get_keep_alive_idle_time().map(drop));
    TYPES.case("[method]tcp-socket.get-keep-alive-interval", socket.get_keep_alive_interval().map(drop));
    TYPES.case("[method]tcp-socket.get-keep-alive-count", socket.get_keep_alive_count().map(drop));
    TYPES.case("[method]tcp-socket.get-hop-limit", socket.get_hop_limit().map(drop));
    TYPES.case("[method]tcp-socket.get-receive-buffer-size", socket.get_receive_buffer_size().map(drop));
    TYPES.case("[method]tcp-socket.get-send-buffer-size", socket.get_send_buffer_size().map(drop));

    // without a bind the system chooses the address
    let unbound = tcp();
    TYPES.handle("[method]tcp-socket.listen", unbound.listen());
}

/// What is received from a connection that the other end resets.
async fn reset(port: u16) {
    let socket = tcp();
    socket.connect(loopback(port)).await.unwrap();
    TYPES.case("[method]tcp-socket.receive", read_all(socket.receive()).await.1);
}

async fn datagrams() {
    let server = udp();
    TYPES.case("[method]udp-socket.bind", server.bind(loopback6(0)));
    TYPES.case("[method]udp-socket.bind", server.bind(loopback(0)));
    TYPES.case("[method]udp-socket.bind", server.bind(loopback(0)));
    TYPES.case("[method]udp-socket.get-local-address", server.get_local_address().map(|address| host(&address)));
    TYPES.case("[method]udp-socket.get-remote-address", server.get_remote_address().map(|address| host(&address)));
    let address = server.get_local_address().unwrap();

    let client = udp();
    TYPES.case("[method]udp-socket.connect", client.connect(loopback6(1)));
    TYPES.case("[method]udp-socket.connect", client.connect(loopback(0)));
    TYPES.case("[method]udp-socket.disconnect", client.disconnect());
    TYPES.case("[method]udp-socket.connect", client.connect(address));
    TYPES.case("[method]udp-socket.get-remote-address", client.get_remote_address().map(|remote| port(&remote) == port(&address)));
    TYPES.case("[method]udp-socket.send", client.send(b"ping".to_vec(), None).await);
    let received = server.receive().await;
    let from = received.as_ref().ok().map(|(_, from)| *from);
    TYPES.case("[method]udp-socket.receive", received.map(|(data, from)| (text(&data), host(&from))));
    let Some(from) = from else { return };
    TYPES.case("[method]udp-socket.send", server.send(b"pong".to_vec(), Some(from)).await);
    TYPES.case("[method]udp-socket.receive", client.receive().await.map(|(data, from)| (text(&data), port(&from) == port(&address))));
    TYPES.case("[method]udp-socket.send", client.send(vec![0; 70_000], None).await);
    TYPES.case("[method]udp-socket.send", client.send(b"elsewhere".to_vec(), Some(loopback(1))).await);
    TYPES.case("[method]udp-socket.send", server.send(b"nowhere".to_vec(), None).await);
    TYPES.case("[method]udp-socket.disconnect", client.disconnect());
    TYPES.case("[method]udp-socket.get-remote-address", client.get_remote_address().map(|address| host(&address)));
    TYPES.case("[method]udp-socket.send", client.send(b"nowhere".to_vec(), None).await);
}

async fn udp_states() {
    let unbound = udp();
    TYPES.case("[method]udp-socket.receive", unbound.receive().await.map(drop));
    let bound = udp();
    bound.bind(loopback(0)).unwrap();
    TYPES.case("[method]udp-socket.bind", udp().bind(bound.get_local_address().unwrap()));
}

/// What was open when the network was taken back.
async fn revoked() {
    let socket = udp();
    socket.bind(loopback(0)).unwrap();
    print("revoke\n");
    flush().await;
    TYPES.case("[method]udp-socket.get-unicast-hop-limit", socket.get_unicast_hop_limit());
    TYPES.case("[method]udp-socket.get-receive-buffer-size", socket.get_receive_buffer_size().map(drop));
    TYPES.case("[method]udp-socket.get-send-buffer-size", socket.get_send_buffer_size().map(drop));
    TYPES.case("[method]udp-socket.receive", socket.receive().await.map(drop));
}

/// A datagram to where nobody listens any more: the system says so to who waits for an answer.
async fn unanswered() {
    let gone = {
        let socket = udp();
        socket.bind(loopback(0)).unwrap();
        socket.get_local_address().unwrap()
    };
    let socket = udp();
    socket.bind(loopback(0)).unwrap();
    socket.connect(gone).unwrap();
    socket.send(b"anybody?".to_vec(), None).await.unwrap();
    TYPES.case("[method]udp-socket.receive", socket.receive().await.map(drop));
}

async fn look_up() {
    look_up_each(&["127.0.0.1", "::1", "localhost", "LOCALHOST", "", "not a name", "127.0.0.1:80"]).await;
    // a label of more than 63 letters is looked up nowhere
    look_up_each(&[&format!("{}.test", "a".repeat(64))]).await;
}

async fn look_up_each(names: &[&str]) {
    for name in names {
        let found = ip_name_lookup::resolve_addresses(name.to_string()).await;
        LOOKUP.case("resolve-addresses", found.map(|all| (!all.is_empty(), all.iter().all(of_loopback))));
    }
}

fn of_loopback(address: &IpAddress) -> bool {
    matches!(address, IpAddress::Ipv4((127, 0, 0, 1)) | IpAddress::Ipv6((0, 0, 0, 0, 0, 0, 0, 1)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

export!(Program);
