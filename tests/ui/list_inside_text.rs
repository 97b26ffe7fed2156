//! A list has to be joined before it can stand inside text.

use formwork::prelude::*;

fn main() {
    let app = App::for_tests();
    let zones = app.stack("s").parameter("Zones", Parameter::strings());
    let _ = interpolate!("zones: {}", zones);
}
