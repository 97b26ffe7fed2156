//! Any text as a template: it is read, checked and reported, or refused with a finding; nothing panics.
#![no_main]

use formwork_check::{Check, Source, output};
use formwork_core::report::{NoSources, Style};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut source = Source::new("template", text);
    source.region = Some("eu-central-1".to_owned());
    let report = Check::new().exposure().templates(&[source]);
    let _ = output::json(&report);
    let _ = output::sarif(&report);
    let _ = output::github(&report);
    let _ = (output::summary(&report), output::text(&report, &NoSources, Style::Plain));
});
