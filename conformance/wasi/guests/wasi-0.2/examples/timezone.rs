//! `wasi:clocks/timezone`, which is unstable.

use guests_0_2::wasi::clocks::{timezone, wall_clock::Datetime};
use guests_0_2::{export, exports, print, report::Report};

struct Program;

impl exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let report = Report { interface: "wasi:clocks/timezone@0.2", print };
        let when = Datetime { seconds: 1_700_000_000, nanoseconds: 0 };
        let display = timezone::display(when);
        report.ok("display", (display.utc_offset, display.name, display.in_daylight_saving_time));
        report.ok("utc-offset", timezone::utc_offset(when));
        Ok(())
    }
}

export!(Program);
