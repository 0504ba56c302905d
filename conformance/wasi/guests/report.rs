//! One line for each case of a function: `wasi:random/random@0.3 get-random-u64 ok`, then what was found, or `err` and the name of the error.
//! Nothing in it may differ from run to run: the lines are compared with those of another host.

use std::fmt::Debug;

pub struct Report {
    pub interface: &'static str,
    pub print: fn(&str),
}

impl Report {
    pub fn ok(&self, function: &str, found: impl Debug) {
        let found = match format!("{found:?}") {
            unit if unit == "()" => String::new(),
            found => format!(" {found}"),
        };
        (self.print)(&format!("{} {function} ok{found}\n", self.interface));
    }

    pub fn err(&self, function: &str, error: impl Debug) {
        (self.print)(&format!("{} {function} err {}\n", self.interface, case(&error)));
    }

    /// A case of whichever kind it turns out to be.
    pub fn case<T: Debug, E: Debug>(&self, function: &str, result: Result<T, E>) {
        match result {
            Ok(found) => self.ok(function, found),
            Err(error) => self.err(function, error),
        }
    }

    /// As `case`, where the value is a handle or needs to be put in other words; gives it back.
    pub fn map<T, E: Debug, S: Debug>(&self, function: &str, result: Result<T, E>, found: impl FnOnce(&T) -> S) -> Option<T> {
        match result {
            Ok(value) => {
                self.ok(function, found(&value));
                Some(value)
            }
            Err(error) => {
                self.err(function, error);
                None
            }
        }
    }

    /// A handle: that there is one is all that is told.
    pub fn handle<T, E: Debug>(&self, function: &str, result: Result<T, E>) -> Option<T> {
        self.map(function, result, |_| ())
    }
}

/// The name of an enum's or variant's case as WIT writes it, without its payload, which is the host's wording.
pub fn case(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    if text == "()" {
        return "-".to_string();
    }
    // the Debug of an error enum tells its name in WIT as a field
    if let Some((_, rest)) = text.split_once("name: \"") {
        return rest.split('"').next().unwrap_or_default().to_string();
    }
    // a name that the program chose itself
    if text.starts_with('"') {
        return text.trim_matches('"').to_string();
    }
    let last = text.split('(').next().unwrap_or_default().rsplit("::").next().unwrap_or_default().to_string();
    let mut kebab = String::new();
    let letters: Vec<char> = last.chars().collect();
    for (i, letter) in letters.iter().enumerate() {
        if letter.is_uppercase() && i > 0 {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}
