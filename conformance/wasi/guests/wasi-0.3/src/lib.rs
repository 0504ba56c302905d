//! WASI 0.3 for the programs in `examples/`, and how they print what they found.

#[path = "../../report.rs"]
pub mod report;

wit_bindgen::generate!({
    path: "../build/wit/0.3",
    world: "tenon:guests/command",
    features: ["clocks-timezone"],
    generate_all,
    pub_export_macro: true,
    default_bindings_module: "guests_0_3",
});

use std::cell::RefCell;
use wasi::cli::types::ErrorCode;
use wit_bindgen::{FutureReader, StreamReader};

thread_local! {
    static LINES: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps a line until the next `flush`.
pub fn print(line: &str) {
    LINES.with_borrow_mut(|lines| lines.push_str(line));
}

/// Writes what was printed to standard output; after each section, so that a trap loses little.
pub async fn flush() {
    write_with(LINES.take().into_bytes(), wasi::cli::stdout::write_via_stream).await.expect("standard output takes the report");
}

/// Gives the bytes as a stream to a function that takes one, and waits for its result.
pub async fn write_with<E: 'static>(bytes: Vec<u8>, write: impl FnOnce(StreamReader<u8>) -> FutureReader<Result<(), E>>) -> Result<(), E> {
    let (mut writer, reader) = wit_stream::new::<u8>();
    let done = write(reader);
    writer.write_all(bytes).await;
    drop(writer);
    done.await
}

/// All of a stream of bytes, as text, and how it ended.
pub async fn read_all<E: 'static>((stream, end): (StreamReader<u8>, FutureReader<Result<(), E>>)) -> (String, Result<(), E>) {
    let bytes = stream.collect().await;
    (String::from_utf8_lossy(&bytes).into_owned(), end.await)
}

/// The errors of the standard streams are told by name.
pub fn name(error: ErrorCode) -> String {
    report::case(&error)
}
