//! What does not compile, and what the compiler then says.

#[test]
fn compile_errors_are_worded() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
    cases.compile_fail("ui/typed/*.rs");
}
