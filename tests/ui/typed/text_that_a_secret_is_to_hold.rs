//! Text in a secret would stand in the template.

use formwork::patterns::StoredSecret;

fn main() {
    let app = formwork::core::App::for_tests();
    let stack = app.stack("security");
    StoredSecret::holding("hunter2").build(stack.scope("Payments"));
}
