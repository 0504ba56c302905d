//! Goes wrong on request. Built with debug information, so that a trap can be told with file and line.

wit_bindgen::generate!({ path: "../../wit/faults.wit", world: "faults" });

struct Faults;

impl Guest for Faults {
    fn divide(dividend: i32, divisor: i32) -> i32 {
        quotient(dividend, divisor)
    }

    fn peek(address: u32) -> u8 {
        byte_at(address as usize as *const u8)
    }

    fn descend(depth: u32) -> u32 {
        one_deeper(depth)
    }

    fn give_up(reason: String) {
        if !reason.is_empty() {
            panic!("{reason}");
        }
    }
}

// Not inlined, so that each is a frame of its own.
#[inline(never)]
fn quotient(dividend: i32, divisor: i32) -> i32 {
    dividend / divisor
}

#[inline(never)]
fn byte_at(address: *const u8) -> u8 {
    // SAFETY: none. To read outside of the memory is what this is for.
    unsafe { address.read_volatile() }
}

#[inline(never)]
fn one_deeper(depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    std::hint::black_box(one_deeper(depth - 1)) + 1
}

export!(Faults);
