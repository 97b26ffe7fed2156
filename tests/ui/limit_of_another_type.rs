//! A number has no length.

use formwork::prelude::*;

fn main() {
    let _ = Parameter::integer().min_length(3);
}
