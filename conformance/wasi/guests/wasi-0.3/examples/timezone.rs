//! `wasi:clocks/timezone`, which is unstable.

use guests_0_3::wasi::clocks::{system_clock::Instant, timezone};
use guests_0_3::{export, exports, flush, print, report::Report};

struct Program;

impl exports::wasi::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let report = Report { interface: "wasi:clocks/timezone@0.3", print };
        report.ok("iana-id", timezone::iana_id());
        report.ok("utc-offset", timezone::utc_offset(Instant { seconds: 1_700_000_000, nanoseconds: 0 }));
        report.ok("utc-offset", timezone::utc_offset(Instant { seconds: i64::MIN, nanoseconds: 0 }));
        report.ok("to-debug-string", !timezone::to_debug_string().is_empty());
        flush().await;
        Ok(())
    }
}

export!(Program);
