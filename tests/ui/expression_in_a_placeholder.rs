//! A placeholder takes a name, as with `format!`.

use formwork::prelude::*;

fn main() {
    let hosts = ["a", "b"];
    let _ = interpolate!("https://{hosts[0]}");
}
