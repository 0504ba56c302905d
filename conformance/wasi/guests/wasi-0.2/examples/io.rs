//! `wasi:io`, on streams of files. The first preopened directory is empty and may be written.

use guests_0_2::wasi::clocks::monotonic_clock;
use guests_0_2::wasi::filesystem::preopens;
use guests_0_2::wasi::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};
use guests_0_2::wasi::io::poll;
use guests_0_2::wasi::io::streams::{InputStream, OutputStream, StreamError};
use guests_0_2::{export, exports, print, report::Report};

struct Program;

const STREAMS: Report = Report { interface: "wasi:io/streams@0.2", print };
const POLL: Report = Report { interface: "wasi:io/poll@0.2", print };
const ERROR: Report = Report { interface: "wasi:io/error@0.2", print };

impl exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let (directory, _) = preopens::get_directories().remove(0);
        let file = directory
            .open_at(PathFlags::empty(), "io.txt", OpenFlags::CREATE, DescriptorFlags::READ | DescriptorFlags::WRITE)
            .map_err(|_| ())?;
        write(&file);
        splice(&file);
        read(&file);
        failed(&file);
        poll_several(&file);
        Ok(())
    }
}

/// Waits until a stream of a file, which never is ready for long, can go on.
fn settled(stream: &OutputStream) {
    stream.subscribe().block();
}

fn write(file: &Descriptor) {
    let out = file.write_via_stream(0).unwrap();
    report(&STREAMS, "[method]output-stream.check-write", out.check_write().map(|room| room > 0));
    report(&STREAMS, "[method]output-stream.write", out.write(b"one "));
    let ready = out.subscribe();
    ready.block();
    STREAMS.ok("[method]output-stream.subscribe", ready.ready());
    drop(ready);
    report(&STREAMS, "[method]output-stream.flush", out.flush());
    report(&STREAMS, "[method]output-stream.blocking-flush", out.blocking_flush());
    report(&STREAMS, "[method]output-stream.blocking-write-and-flush", out.blocking_write_and_flush(b"two "));
    let _ = out.check_write();
    report(&STREAMS, "[method]output-stream.write-zeroes", out.write_zeroes(3));
    settled(&out);
    report(&STREAMS, "[method]output-stream.blocking-write-zeroes-and-flush", out.blocking_write_zeroes_and_flush(2));
    report(&STREAMS, "[method]output-stream.blocking-write-and-flush", out.blocking_write_and_flush(b"three"));
    drop(out);
    STREAMS.ok("[method]output-stream.write", content(file));
}

fn splice(file: &Descriptor) {
    let out = file.append_via_stream().unwrap();
    let source = file.read_via_stream(0).unwrap();
    source.subscribe().block();
    settled(&out);
    report(&STREAMS, "[method]output-stream.splice", out.splice(&source, 4));
    settled(&out);
    report(&STREAMS, "[method]output-stream.blocking-splice", out.blocking_splice(&source, 3));
    settled(&out);
    let _ = out.blocking_flush();
    STREAMS.ok("[method]output-stream.blocking-splice", content(file));

    let ended = file.read_via_stream(1000).unwrap();
    ended.subscribe().block();
    report(&STREAMS, "[method]output-stream.splice", out.splice(&ended, 10));
    report(&STREAMS, "[method]output-stream.blocking-splice", out.blocking_splice(&ended, 10));
}

fn read(file: &Descriptor) {
    let source = file.read_via_stream(0).unwrap();
    let ready = source.subscribe();
    ready.block();
    STREAMS.ok("[method]input-stream.subscribe", ready.ready());
    drop(ready);
    report(&STREAMS, "[method]input-stream.read", source.read(3).map(text));
    source.subscribe().block();
    report(&STREAMS, "[method]input-stream.skip", source.skip(1));
    report(&STREAMS, "[method]input-stream.blocking-read", source.blocking_read(2).map(text));
    report(&STREAMS, "[method]input-stream.blocking-skip", source.blocking_skip(2));
    report(&STREAMS, "[method]input-stream.read", source.read(0).map(text));
    report(&STREAMS, "[method]input-stream.blocking-read", source.blocking_read(1000).map(text));
    let at_end = |each: fn(&InputStream) -> Result<(), StreamError>| {
        let source = file.read_via_stream(1000).unwrap();
        source.subscribe().block();
        each(&source)
    };
    report(&STREAMS, "[method]input-stream.read", at_end(|source| source.read(1).map(drop)));
    report(&STREAMS, "[method]input-stream.blocking-read", at_end(|source| source.blocking_read(1).map(drop)));
    report(&STREAMS, "[method]input-stream.skip", at_end(|source| source.skip(1).map(drop)));
    report(&STREAMS, "[method]input-stream.blocking-skip", at_end(|source| source.blocking_skip(1).map(drop)));
}

/// No file is that long: what is written there fails, and the stream is closed from then on.
fn failed(file: &Descriptor) {
    let far = || file.write_via_stream(i64::MAX as u64 - 1).or_else(|_| file.write_via_stream((1 << 53) - 2)).unwrap();

    let out = far();
    match out.blocking_write_and_flush(b"lost") {
        Err(StreamError::LastOperationFailed(error)) => {
            STREAMS.err("[method]output-stream.blocking-write-and-flush", "last-operation-failed");
            ERROR.ok("[method]error.to-debug-string", !error.to_debug_string().is_empty());
        }
        other => report(&STREAMS, "[method]output-stream.blocking-write-and-flush", other),
    }
    report(&STREAMS, "[method]output-stream.check-write", out.check_write().map(drop));
    report(&STREAMS, "[method]output-stream.write", out.write(b""));
    report(&STREAMS, "[method]output-stream.flush", out.flush());
    report(&STREAMS, "[method]output-stream.blocking-flush", out.blocking_flush());
    report(&STREAMS, "[method]output-stream.write-zeroes", out.write_zeroes(0));
    report(&STREAMS, "[method]output-stream.blocking-write-zeroes-and-flush", out.blocking_write_zeroes_and_flush(4));
    let source = file.read_via_stream(0).unwrap();
    report(&STREAMS, "[method]output-stream.splice", out.splice(&source, 1).map(drop));
    report(&STREAMS, "[method]output-stream.blocking-splice", out.blocking_splice(&source, 1).map(drop));
    let ready = out.subscribe();
    ready.block();
    STREAMS.ok("[method]output-stream.subscribe", ready.ready());

    report(&STREAMS, "[method]output-stream.blocking-write-zeroes-and-flush", far().blocking_write_zeroes_and_flush(4));
    let out = far();
    report(&STREAMS, "[method]output-stream.write", out.check_write().and_then(|_| out.write(b"lost")));
    settled(&out);
    report(&STREAMS, "[method]output-stream.check-write", out.check_write().map(drop));
    let out = far();
    let _ = out.check_write().and_then(|_| out.write(b"lost"));
    report(&STREAMS, "[method]output-stream.blocking-flush", out.blocking_flush());
}

fn poll_several(file: &Descriptor) {
    let never = monotonic_clock::subscribe_duration(3_600_000_000_000);
    let now = monotonic_clock::subscribe_duration(0);
    let source = file.read_via_stream(0).unwrap();
    let readable = source.subscribe();
    readable.block();
    POLL.ok("[method]pollable.block", ());
    POLL.ok("[method]pollable.ready", (never.ready(), now.ready()));
    POLL.ok("poll", poll::poll(&[&never, &now]));
    POLL.ok("poll", poll::poll(&[&readable, &never, &readable]));
}

fn report<T: std::fmt::Debug>(report: &Report, function: &str, result: Result<T, StreamError>) {
    match result {
        Err(StreamError::LastOperationFailed(_)) => report.err(function, "last-operation-failed"),
        other => report.case(function, other),
    }
}

fn content(file: &Descriptor) -> String {
    text(file.read(1000, 0).unwrap().0)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

export!(Program);
