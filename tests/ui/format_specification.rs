//! What is not known yet cannot be padded.

use formwork::prelude::*;

fn main() {
    let port = 80;
    let _ = interpolate!("{port:>5}");
}
