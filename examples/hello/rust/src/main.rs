//! A command: it greets those named by its arguments, or by the lines of its input when it is given `-`.

use std::io::{BufRead, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let greeting = std::env::var("GREETING").unwrap_or_else(|_| "Hello".into());
    let mut out = std::io::stdout().lock();
    let mut greet = |name: &str| writeln!(out, "{greeting} {name}, from Rust");

    let told = match names.as_slice() {
        [] => greet("World"),
        [dash] if dash == "-" => std::io::stdin().lock().lines().try_for_each(|line| greet(&line?)),
        names => names.iter().try_for_each(|name| greet(name)),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hello: {error}");
            ExitCode::FAILURE
        }
    }
}
