//! One placeholder too many.

use formwork::prelude::*;

fn main() {
    let _ = interpolate!("https://{}/{}", "example.org");
}
