//! `wasi:cli`. The first argument chooses how the program ends.

use guests_0_2::wasi::cli::*;
use guests_0_2::{export, exports, print, report::Report};

struct Program;

impl exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        let exit = Report { interface: "wasi:cli/exit@0.2", print };
        let run = Report { interface: "wasi:cli/run@0.2", print };
        match arguments.get(1).map(String::as_str) {
            // what is printed first counts only if the process ends as the runner expects
            Some("exit-ok") => {
                exit.ok("exit", "with ok");
                exit::exit(Ok(()));
                panic!("exit returned");
            }
            Some("exit-err") => {
                exit.ok("exit", "with err");
                exit::exit(Err(()));
                panic!("exit returned");
            }
            Some("exit-with-code") => {
                exit.ok("exit-with-code", 7);
                exit::exit_with_code(7);
                panic!("exit returned");
            }
            Some("terminals") => {
                terminals();
                return Ok(());
            }
            Some("run-err") => {
                run.err("run", ());
                return Err(());
            }
            _ => {}
        }
        calls(&arguments[1..]);
        run.ok("run", ());
        Ok(())
    }
}

fn calls(arguments: &[String]) {
    let report = Report { interface: "wasi:cli/environment@0.2", print };
    report.ok("get-arguments", arguments);
    report.ok("get-environment", environment::get_environment());
    report.ok("initial-cwd", environment::initial_cwd());

    let report = Report { interface: "wasi:cli/stdin@0.2", print };
    let stdin = stdin::get_stdin();
    let mut input = Vec::new();
    while let Ok(bytes) = stdin.blocking_read(100) {
        input.extend(bytes);
    }
    report.ok("get-stdin", String::from_utf8_lossy(&input));

    let report = Report { interface: "wasi:cli/stdout@0.2", print };
    report.ok("get-stdout", stdout::get_stdout().check_write().is_ok_and(|room| room > 0));
    let report = Report { interface: "wasi:cli/stderr@0.2", print };
    report.ok("get-stderr", stderr::get_stderr().blocking_write_and_flush(b"to standard error\n").is_ok());

    terminals();
}

/// There are some if the streams are those of a terminal.
fn terminals() {
    Report { interface: "wasi:cli/terminal-stdin@0.2", print }.ok("get-terminal-stdin", terminal_stdin::get_terminal_stdin().is_some());
    Report { interface: "wasi:cli/terminal-stdout@0.2", print }.ok("get-terminal-stdout", terminal_stdout::get_terminal_stdout().is_some());
    Report { interface: "wasi:cli/terminal-stderr@0.2", print }.ok("get-terminal-stderr", terminal_stderr::get_terminal_stderr().is_some());
}

export!(Program);
