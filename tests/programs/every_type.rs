//! What the generated programs of `tests/every_type.rs` have in common: writing the templates of resources that
//! functions add.

pub use formwork_core::{Arn, Id, Identifier, Input, IntoInput, Name, Output, Secret, Stack};
use formwork_core::{App, Given, Limits, Options, Read, Readable, secretsmanager};

/// A template: its name, its transform, the functions that add its resources.
pub struct Template {
    pub name: &'static str,
    pub transform: Option<&'static str>,
    pub resources: &'static [fn(Stack<'_>)],
}

/// Writes templates to the folder that the command line names.
pub fn write(templates: &[Template]) {
    let folder = std::env::args().nth(1).expect("the folder for the templates");
    for template in templates {
        let app = App::for_tests();
        let mut stack = app.stack("all");
        if let Some(transform) = template.transform {
            stack = stack.template_macro(transform);
        }
        template.resources.iter().for_each(|add| add(stack));
        // Everything at once is more than a template may be; what is smallest has to fit.
        let limits = if template.name.starts_with("largest") { Limits::none() } else { Limits::default() };
        let assembly = app
            .synth(&Options { limits, ..Options::default() })
            .unwrap_or_else(|findings| panic!("{}: {findings}", template.name));
        // Its size is none of its concern.
        let found: Vec<_> = assembly.findings().iter().filter(|finding| finding.code != "FW0407").collect();
        assert!(found.is_empty(), "{}: {found:?}", template.name);
        let text = assembly.stack("all").expect("the only stack").template().pretty();
        std::fs::write(format!("{folder}/{}.json", template.name), text).expect("a template can be written");
    }
}

/// A document.
pub fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

/// A reference to a secret.
pub fn secret() -> Output<Secret> {
    secretsmanager("every-type").key("key").value()
}

/// A property that was set has to read back as a value of its type.
pub fn reads<T: Readable>(property: &str, read: Read<T>) {
    match read.given() {
        Some(Given::Literal(_) | Given::Expression(_)) => {}
        Some(Given::Unexpected(json)) => panic!("{property} reads as no value of its type: {json:?}"),
        None => panic!("{property} reads as not set"),
    }
}
