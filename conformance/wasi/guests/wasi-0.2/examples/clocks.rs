//! `wasi:clocks` without its unstable part.

use guests_0_2::wasi::clocks::{monotonic_clock, wall_clock};
use guests_0_2::{export, exports, print, report::Report};

struct Program;

impl exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let report = Report { interface: "wasi:clocks/monotonic-clock@0.2", print };
        let start = monotonic_clock::now();
        report.ok("now", monotonic_clock::now() >= start);
        report.ok("resolution", monotonic_clock::resolution() > 0);
        let later = monotonic_clock::subscribe_duration(5_000_000);
        later.block();
        report.ok("subscribe-duration", (later.ready(), monotonic_clock::now() - start >= 5_000_000));
        let until = monotonic_clock::subscribe_instant(start + 10_000_000);
        until.block();
        report.ok("subscribe-instant", (until.ready(), monotonic_clock::now() >= start + 10_000_000));
        report.ok("subscribe-instant", monotonic_clock::subscribe_instant(start).ready());
        report.ok("subscribe-duration", monotonic_clock::subscribe_duration(u64::MAX).ready());

        let report = Report { interface: "wasi:clocks/wall-clock@0.2", print };
        let now = wall_clock::now();
        // after 2025, before 2100
        report.ok("now", (now.seconds > 1_735_689_600, now.seconds < 4_102_444_800, now.nanoseconds < 1_000_000_000));
        let resolution = wall_clock::resolution();
        report.ok("resolution", (resolution.seconds, resolution.nanoseconds > 0 && resolution.nanoseconds < 1_000_000_000));
        Ok(())
    }
}

export!(Program);
