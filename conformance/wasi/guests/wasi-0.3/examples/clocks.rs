//! `wasi:clocks` without its unstable part.

use guests_0_3::wasi::clocks::{monotonic_clock, system_clock};
use guests_0_3::{export, exports, flush, print, report::Report};

struct Program;

impl exports::wasi::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let report = Report { interface: "wasi:clocks/monotonic-clock@0.3", print };
        let start = monotonic_clock::now();
        report.ok("now", monotonic_clock::now() >= start);
        report.ok("get-resolution", monotonic_clock::get_resolution() > 0);
        monotonic_clock::wait_for(5_000_000).await;
        report.ok("wait-for", monotonic_clock::now() - start >= 5_000_000);
        monotonic_clock::wait_for(0).await;
        report.ok("wait-for", ());
        monotonic_clock::wait_until(start + 10_000_000).await;
        report.ok("wait-until", monotonic_clock::now() >= start + 10_000_000);
        monotonic_clock::wait_until(start).await;
        report.ok("wait-until", ());

        let report = Report { interface: "wasi:clocks/system-clock@0.3", print };
        let now = system_clock::now();
        // after 2025, before 2100
        report.ok("now", (now.seconds > 1_735_689_600, now.seconds < 4_102_444_800, now.nanoseconds < 1_000_000_000));
        let resolution = system_clock::get_resolution();
        report.ok("get-resolution", resolution > 0 && resolution < 1_000_000_000);
        flush().await;
        Ok(())
    }
}

export!(Program);
