//! WASI 0.2 for the programs in `examples/`, and how they print what they found.

#[path = "../../report.rs"]
pub mod report;

wit_bindgen::generate!({
    path: "../build/wit/0.2",
    world: "tenon:guests/command",
    features: ["clocks-timezone", "informational-outbound-responses", "network-error-code"],
    generate_all,
    pub_export_macro: true,
    default_bindings_module: "guests_0_2",
});

/// Writes a line to standard output at once, so that a trap loses none.
pub fn print(line: &str) {
    let stdout = wasi::cli::stdout::get_stdout();
    for part in line.as_bytes().chunks(4096) {
        stdout.blocking_write_and_flush(part).expect("standard output takes the report");
    }
}
