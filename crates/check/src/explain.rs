//! What every code of `check` means: the pages that `explain <code>` prints.

use crate::rules;

/// The page on a code, in Markdown; upper or lower case.
///
/// ```
/// let page = formwork_check::explain::page("fw1201").expect("the code of ranges");
/// assert!(page.starts_with("# FW1201: "));
/// ```
pub fn page(code: &str) -> Option<&'static str> {
    rules::all().find(|rule| rule.code.eq_ignore_ascii_case(code)).map(|rule| rule.page)
}

/// All codes with the titles of their pages, in order.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut codes: Vec<_> = rules::all().map(|rule| (rule.code, title(rule.page))).collect();
    codes.sort_unstable();
    codes.into_iter()
}

/// The controls of security standards that the rule of a code serves.
pub(crate) fn controls(code: &str) -> &'static [&'static str] {
    rules::all().find(|rule| rule.code == code).map_or(&[], |rule| rule.controls)
}

fn title(page: &'static str) -> &'static str {
    let title = page.lines().next().unwrap_or_default();
    title.split_once(": ").map_or(title, |(_, title)| title)
}
