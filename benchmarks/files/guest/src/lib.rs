//! A command that does one thing to files very often. The first directory that it was given is where the files are.
//!
//! - `read SIZE FILE`: all of a file, by `descriptor.read` of so many bytes
//! - `stream SIZE FILE`: the same by `read-via-stream` and `input-stream.blocking-read`
//! - `write SIZE TIMES FILE`: by `descriptor.write`
//! - `lines TIMES`: as many lines of 64 bytes to standard output, each flushed
//! - `open TIMES FILE`: opens and closes it
//!
//! Says on standard error how much was done.

use wasip2::cli::environment::get_arguments;
use wasip2::cli::stderr::get_stderr;
use wasip2::cli::stdout::get_stdout;
use wasip2::exports::cli::run::Guest;
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasip2::io::streams::StreamError;

struct Files;
wasip2::cli::command::export!(Files);

impl Guest for Files {
    fn run() -> Result<(), ()> {
        let arguments = get_arguments();
        let arguments: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
        let number = |at: usize| arguments[at].parse::<u64>().map_err(|_| ());
        let done = match arguments[0] {
            "read" => read(number(1)?, arguments[2]),
            "stream" => stream(number(1)?, arguments[2]),
            "write" => write(number(1)?, number(2)?, arguments[3]),
            "lines" => lines(number(1)?),
            "open" => open_often(number(1)?, arguments[2]),
            _ => return Err(()),
        };
        let _ = get_stderr().blocking_write_and_flush(format!("{done:?}\n").as_bytes());
        done.map(drop).map_err(drop)
    }
}

fn open(name: &str, create: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
    let directories = get_directories();
    directories[0].0.open_at(PathFlags::SYMLINK_FOLLOW, name, create, flags)
}

fn read(size: u64, name: &str) -> Result<u64, ErrorCode> {
    let file = open(name, OpenFlags::empty(), DescriptorFlags::READ)?;
    let mut offset = 0;
    loop {
        let (bytes, end) = file.read(size, offset)?;
        offset += bytes.len() as u64;
        if end {
            return Ok(offset);
        }
    }
}

fn stream(size: u64, name: &str) -> Result<u64, ErrorCode> {
    let file = open(name, OpenFlags::empty(), DescriptorFlags::READ)?;
    let stream = file.read_via_stream(0)?;
    let mut total = 0;
    loop {
        match stream.blocking_read(size) {
            Ok(bytes) => total += bytes.len() as u64,
            Err(StreamError::Closed) => return Ok(total),
            Err(_) => return Err(ErrorCode::Io),
        }
    }
}

fn write(size: u64, times: u64, name: &str) -> Result<u64, ErrorCode> {
    let file = open(name, OpenFlags::CREATE | OpenFlags::TRUNCATE, DescriptorFlags::WRITE)?;
    let bytes = vec![120; size as usize];
    let mut offset = 0;
    for _ in 0..times {
        offset += file.write(&bytes, offset)?;
    }
    Ok(offset)
}

fn lines(times: u64) -> Result<u64, ErrorCode> {
    let stdout = get_stdout();
    let line = [[120; 63].as_slice(), b"\n"].concat();
    for _ in 0..times {
        stdout.blocking_write_and_flush(&line).map_err(|_| ErrorCode::Io)?;
    }
    Ok(times)
}

fn open_often(times: u64, name: &str) -> Result<u64, ErrorCode> {
    let directories = get_directories();
    for _ in 0..times {
        directories[0].0.open_at(PathFlags::SYMLINK_FOLLOW, name, OpenFlags::empty(), DescriptorFlags::READ)?;
    }
    Ok(times)
}
