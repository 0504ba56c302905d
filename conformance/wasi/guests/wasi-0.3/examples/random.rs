//! `wasi:random`.

use guests_0_3::wasi::random::{insecure, insecure_seed, random};
use guests_0_3::{export, exports, flush, print, report::Report};

struct Program;

impl exports::wasi::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let report = Report { interface: "wasi:random/random@0.3", print };
        let bytes = random::get_random_bytes(64);
        report.ok("get-random-bytes", (bytes.len(), bytes.iter().any(|&byte| byte != bytes[0])));
        report.ok("get-random-bytes", random::get_random_bytes(0).len());
        report.ok("get-random-u64", random::get_random_u64() != random::get_random_u64());

        let report = Report { interface: "wasi:random/insecure@0.3", print };
        report.ok("get-insecure-random-bytes", insecure::get_insecure_random_bytes(1000).len());
        report.ok("get-insecure-random-u64", insecure::get_insecure_random_u64() != insecure::get_insecure_random_u64());

        let report = Report { interface: "wasi:random/insecure-seed@0.3", print };
        report.ok("get-insecure-seed", insecure_seed::get_insecure_seed() == insecure_seed::get_insecure_seed());
        flush().await;
        Ok(())
    }
}

export!(Program);
