//! Files and folders in, findings out.

use std::{fs, path::PathBuf};

use schemars::JsonSchema;

use super::{super::*, Config, NO_TARGET, shown};

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
        let folder = std::env::temp_dir().join(format!("formwork-config-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
        Self(folder)
    }

    fn load<C: serde::de::DeserializeOwned + JsonSchema + 'static>(&self, name: &str) -> String {
        let shown = match load::<C>(&self.0, name) {
            Ok(loaded) => format!("{:?} {:?}", loaded.target, loaded.file),
            Err(findings) => shown(&findings),
        };
        shown.replace(&self.0.display().to_string(), "config").replace('\\', "/")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_are_found_by_name() {
    let folder = Folder::new(
        "find",
        &[
            ("prod.json", b"{}"),
            ("test.toml", b""),
            ("both.json", b""),
            ("both.toml", b""),
            ("a.b.json", b""),
            ("notes.txt", b""),
            ("bad.json", b"{\n\"\xff\""),
        ],
    );
    assert_eq!(environments(&folder.0).unwrap(), ["bad", "both", "prod", "test"]);
    assert_eq!(folder.load::<()>("none"), format!("{NO_TARGET} None"));
    assert_eq!(folder.load::<()>("test"), format!("{NO_TARGET} Some(\"config/test.toml\")"));
    assert_eq!(
        folder.load::<Config>("prd"),
        "FW0501 environment `prd` has no configuration file: neither config/prd.json nor config/prd.toml exists\n  \
         note: environments in config: `bad`, `both`, `prod`, `test`\n  help: did you mean `prod`?"
    );
    assert_eq!(
        folder.load::<()>("both"),
        "FW0506 environment `both` has two configuration files: config/both.json and config/both.toml\n  \
         help: keep one of them"
    );
    assert_eq!(
        folder.load::<()>("../prod"),
        "FW0501 \"../prod\" is not the name of an environment\n  \
         help: names have only letters, digits, `-` and `_`, such as `prod` or `eu-test`"
    );
    assert_eq!(
        folder.load::<()>("bad"),
        "FW0501 config/bad.json is not a UTF-8 text\n  config/bad.json:2:2: this byte is not UTF-8\n  \
         help: save the file as UTF-8"
    );
    assert!(
        folder
            .load::<Config>("prod")
            .starts_with("FW0505 `domain`: missing key, expected a string\n  config/prod.json:1:1")
    );
}

#[test]
fn an_empty_folder_says_which_file_to_write() {
    let folder = Folder::new("empty", &[]);
    assert_eq!(
        folder.load::<Config>("prod"),
        "FW0501 environment `prod` has no configuration file: neither config/prod.json nor config/prod.toml exists\n  \
         help: create config/prod.json; there are no environments in config yet"
    );
    assert_eq!(environments(&folder.0.join("none")).unwrap(), Vec::<String>::new());
}
