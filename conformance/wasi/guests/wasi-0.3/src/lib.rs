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
