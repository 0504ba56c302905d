//! `wasi:cli`. The first argument chooses what the program does and how it ends.

use guests_0_3::wasi::cli::*;
use guests_0_3::{export, exports, flush, name, print, read_all, report::Report, write_with};

struct Program;

impl exports::wasi::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        let exit = Report { interface: "wasi:cli/exit@0.3", print };
        let run = Report { interface: "wasi:cli/run@0.3", print };
        match arguments.get(1).map(String::as_str) {
            // what is printed first counts only if the process ends as the runner expects
            Some("exit-ok") => {
                exit.ok("exit", "with ok");
                flush().await;
                exit::exit(Ok(()));
                panic!("exit returned");
            }
            Some("exit-err") => {
                exit.ok("exit", "with err");
                flush().await;
                exit::exit(Err(()));
                panic!("exit returned");
            }
            Some("exit-with-code") => {
                exit.ok("exit-with-code", 7);
                flush().await;
                exit::exit_with_code(7);
                panic!("exit returned");
            }
            Some("terminals") => {
                terminals();
                flush().await;
                return Ok(());
            }
            Some("run-err") => {
                run.err("run", ());
                flush().await;
                return Err(());
            }
            // standard output is a device without room: the line goes to standard error
            Some("full-output") => {
                let result = write_with(b"lost".to_vec(), stdout::write_via_stream).await;
                let line = format!("wasi:cli/stdout@0.3 write-via-stream {}\n", result.map_or_else(|error| format!("err {}", name(error)), |()| "ok".to_string()));
                let _ = write_with(line.into_bytes(), stderr::write_via_stream).await;
                return Ok(());
            }
            // standard error is a device without room
            Some("full-error") => {
                let result = write_with(b"lost".to_vec(), stderr::write_via_stream).await;
                Report { interface: "wasi:cli/stderr@0.3", print }.case("write-via-stream", result);
                flush().await;
                return Ok(());
            }
            // standard input is a directory: it can't be read
            Some("unreadable-input") => {
                let (_, end) = read_all(stdin::read_via_stream()).await;
                Report { interface: "wasi:cli/stdin@0.3", print }.case("read-via-stream", end);
                flush().await;
                return Ok(());
            }
            _ => {}
        }
        calls(&arguments[1..]).await;
        run.ok("run", ());
        flush().await;
        Ok(())
    }
}

async fn calls(arguments: &[String]) {
    let report = Report { interface: "wasi:cli/environment@0.3", print };
    report.ok("get-arguments", arguments);
    report.ok("get-environment", environment::get_environment());
    report.ok("get-initial-cwd", environment::get_initial_cwd());

    let (input, end) = read_all(stdin::read_via_stream()).await;
    let report = Report { interface: "wasi:cli/stdin@0.3", print };
    report.ok("read-via-stream", (input, end.map_err(name)));
    flush().await;

    let result = write_with(b"to standard output\n".to_vec(), stdout::write_via_stream).await;
    Report { interface: "wasi:cli/stdout@0.3", print }.case("write-via-stream", result);
    let result = write_with(b"to standard error\n".to_vec(), stderr::write_via_stream).await;
    Report { interface: "wasi:cli/stderr@0.3", print }.case("write-via-stream", result);

    terminals();
}

/// There are some if the streams are those of a terminal.
fn terminals() {
    Report { interface: "wasi:cli/terminal-stdin@0.3", print }.ok("get-terminal-stdin", terminal_stdin::get_terminal_stdin().is_some());
    Report { interface: "wasi:cli/terminal-stdout@0.3", print }.ok("get-terminal-stdout", terminal_stdout::get_terminal_stdout().is_some());
    Report { interface: "wasi:cli/terminal-stderr@0.3", print }.ok("get-terminal-stderr", terminal_stderr::get_terminal_stderr().is_some());
}

export!(Program);
