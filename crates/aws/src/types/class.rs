//! Classes of instances, brokers and nodes.

use std::{cmp::Ordering, error::Error, fmt, marker::PhantomData, str::FromStr};

use formwork_core::{
    Expr, Finding, Input, IntoInput, IntoJson, IntoText, Kind, LiteralType, PropertyType, Scalar, Str,
    TextType,
};
use formwork_facts::lists;

use super::property::Text;

/// The class of an instance, a broker or a node of a service, such as `db.t4g.medium`: what its hardware is.
///
/// ```
/// use formwork_aws::types::{Class, InstanceType, service};
///
/// let class: Class<service::Rds> = "db.t4g.medium".parse()?;
/// assert_eq!((class.family(), class.size()), ("t4g", "medium"));
///
/// let instance: InstanceType = "m7g.2xlarge".parse()?;
/// assert!(instance > "m7g.large".parse()?); // by family, then by size
/// # Ok::<(), formwork_aws::types::InvalidClass>(())
/// ```
///
/// Services call it by different names, which their modules have: `ec2::InstanceType`, `rds::Class`,
/// `elasticache::NodeType` and so on. One is none of another: RDS has `db.t4g.medium` where ElastiCache has
/// `cache.t4g.medium`.
///
/// A property takes a class, text, or an expression of text. Text that does not have the form of the service's classes
/// is a finding, `FW0721`. A class that Formwork does not know is accepted with a warning, `FW0722`, since AWS adds
/// classes all the time; one whose size is no word for one, such as `medum`, is an error.
// Invariant: `text` has the form of the service's classes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Class<S> {
    text: Str,
    service: PhantomData<S>,
}

/// A service whose instances, brokers or nodes have classes; one of [`service`].
pub trait Service: sealed::Sealed + Copy + Ord + fmt::Debug + 'static {
    /// The name in schemas.
    #[doc(hidden)]
    const NAME: &'static str;
    /// What a class is called, with its article.
    #[doc(hidden)]
    const ONE: &'static str;
    /// What classes are called.
    #[doc(hidden)]
    const SEVERAL: &'static str;
    /// The lists of known classes.
    #[doc(hidden)]
    const LISTS: &'static [&'static str];
    /// What all classes begin with.
    #[doc(hidden)]
    const PREFIX: &'static str;
    /// What all classes end with.
    #[doc(hidden)]
    const SUFFIX: &'static str;
    /// What may stand in place of family and size.
    #[doc(hidden)]
    const WHOLE: &'static [&'static str];
    /// Classes to show.
    #[doc(hidden)]
    const EXAMPLES: &'static [&'static str];
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! services {
    ($($(#[$doc:meta])* $name:ident: $one:literal, $several:literal of $service:literal in $lists:tt, $prefix:literal .. $suffix:literal $(or $whole:literal)?, such as $examples:tt;)*) => {
        /// The services whose instances, brokers or nodes have classes.
        pub mod service {
            $(
                $(#[$doc])*
                #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
                #[non_exhaustive]
                pub struct $name;

                impl super::sealed::Sealed for $name {}
                impl super::Service for $name {
                    const NAME: &'static str = concat!(stringify!($name), "Class");
                    const ONE: &'static str = concat!($one, " of ", $service);
                    const SEVERAL: &'static str = concat!($several, " of ", $service);
                    const LISTS: &'static [&'static str] = &$lists;
                    const PREFIX: &'static str = $prefix;
                    const SUFFIX: &'static str = $suffix;
                    const WHOLE: &'static [&'static str] = &[$($whole)?];
                    const EXAMPLES: &'static [&'static str] = &$examples;
                }
            )*
        }

        #[cfg(test)]
        const ALL: &[fn()] = &[$(tests::all_known_classes_have_the_form::<service::$name>),*];
    };
}

services! {
    /// Amazon MQ.
    AmazonMq: "an instance type", "instance types" of "Amazon MQ" in ["amazonmq"], "mq." .. "", such as ["mq.m7g.large"];
    /// DynamoDB Accelerator.
    Dax: "a node type", "node types" of "DAX" in ["dax"], "dax." .. "", such as ["dax.r7i.large"];
    /// DocumentDB.
    DocDb: "an instance class", "instance classes" of "DocumentDB" in ["docdb"], "db." .. "" or "serverless",
        such as ["db.r8g.large", "db.t4g.medium"];
    /// EC2.
    Ec2: "an instance type", "instance types" of "EC2" in ["ec2"], "" .. "", such as ["t4g.small", "m8g.large", "c8g.2xlarge"];
    /// ElastiCache.
    ElastiCache: "a node type", "node types" of "ElastiCache" in ["elasticache"], "cache." .. "",
        such as ["cache.t4g.small", "cache.r7g.large"];
    /// Elasticsearch, which is OpenSearch by its former name.
    Elasticsearch: "an instance type", "instance types" of "Elasticsearch" in ["elasticsearch"], "" .. ".elasticsearch",
        such as ["r6g.large.elasticsearch"];
    /// Neptune.
    Neptune: "an instance class", "instance classes" of "Neptune" in ["neptune"], "db." .. "" or "serverless",
        such as ["db.r8g.large", "db.t4g.medium", "db.serverless"];
    /// OpenSearch.
    OpenSearch: "an instance type", "instance types" of "OpenSearch" in ["opensearchservice"], "" .. ".search",
        such as ["r8g.large.search", "m8g.large.search"];
    /// RDS, with Aurora.
    Rds: "an instance class", "instance classes" of "RDS" in ["rds", "rds-cluster"], "db." .. "" or "serverless",
        such as ["db.t4g.medium", "db.m8g.large", "db.r8g.xlarge", "db.serverless"];
    /// Redshift.
    Redshift: "a node type", "node types" of "Redshift" in ["redshift"], "" .. "", such as ["ra3.large", "ra3.4xlarge"];
}

/// An instance type of EC2, such as `t4g.small`.
pub type InstanceType = Class<service::Ec2>;

/// The class of this name, if Formwork knows it.
fn known<S: Service>(text: &str) -> Option<&'static lists::Class> {
    S::LISTS.iter().filter_map(|list| lists::classes(list)).find_map(|list| list.class(text))
}

/// What somebody who wrote this most likely meant.
fn meant<S: Service>(text: &str) -> Option<&'static str> {
    let completed = format!("{}{text}{}", S::PREFIX, S::SUFFIX);
    if let Some(class) = known::<S>(&completed) {
        return Some(class.name());
    }
    let all = S::LISTS.iter().filter_map(|list| lists::classes(list)).flat_map(lists::Classes::all);
    formwork_core::nearest(text, all.map(|class| class.name()))
}

/// What distinguishes the classes of the service, such as `t4g.medium` of `db.t4g.medium`.
fn core<S: Service>(text: &str) -> Option<&str> {
    text.strip_prefix(S::PREFIX)?.strip_suffix(S::SUFFIX)
}

impl<S: Service> Class<S> {
    /// The family, such as `t4g` of `db.t4g.medium`.
    pub fn family(&self) -> &str {
        self.parts().0
    }

    /// The size, such as `medium` of `db.t4g.medium`; empty for `db.serverless`.
    pub fn size(&self) -> &str {
        self.parts().1
    }

    /// The class as templates have it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether Formwork knows the class: whether some Region offered it when its facts were made.
    pub fn is_known(&self) -> bool {
        known::<S>(&self.text).is_some()
    }

    fn parts(&self) -> (&str, &str) {
        let core = core::<S>(&self.text).unwrap_or_default();
        core.split_once('.').unwrap_or((core, ""))
    }

    fn input(self) -> Input<Self> {
        let finding = (!self.is_known()).then(|| self.unknown());
        let input = Input::new(Expr::Text(self.text));
        match finding {
            Some(finding) => input.remarked(finding),
            None => input,
        }
    }

    fn unknown(&self) -> Finding {
        let message = format!("`{}` is not among the {} that Formwork knows", self.text, S::SEVERAL);
        // New classes come with families and with sizes in numbers; the words for sizes have been the same ever since.
        let size = self.size();
        let misspelt = !size.is_empty() && rank(size) >= (6, 0) && !size.starts_with("metal");
        match meant::<S>(&self.text) {
            Some(near) if misspelt => {
                Finding::error("FW0722", message).help(format!("did you mean `{near}`?"))
            }
            Some(near) => Finding::warning("FW0722", message).help(format!("did you mean `{near}`?")),
            None => Finding::warning("FW0722", message)
                .help(format!("known are such as {}", S::EXAMPLES.join(", "))),
        }
    }
}

impl<S: Service> FromStr for Class<S> {
    type Err = InvalidClass;

    fn from_str(text: &str) -> Result<Self, InvalidClass> {
        let has_form = core::<S>(text).is_some_and(|core| {
            let word = |part: &str| {
                let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                !part.is_empty() && part.bytes().all(letter)
            };
            let begins = core.starts_with(|c: char| c.is_ascii_lowercase());
            S::WHOLE.contains(&core) || (begins && core.contains('.') && core.split('.').all(word))
        });
        match has_form {
            true => Ok(Self { text: text.to_owned().into(), service: PhantomData }),
            false => {
                let example = S::EXAMPLES.first().copied().unwrap_or_default();
                Err(InvalidClass { what: S::ONE, example, meant: meant::<S>(text) })
            }
        }
    }
}

/// How great a size is: from `nano` to `metal`.
fn rank(size: &str) -> (u32, u32) {
    let size = size.split('.').next().unwrap_or_default();
    let digits = size.len() - size.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, word) = size.split_at(digits);
    match (word, number.parse()) {
        ("nano", _) => (0, 0),
        ("micro", _) => (1, 0),
        ("small", _) => (2, 0),
        ("medium", _) => (3, 0),
        ("large", _) => (4, 0),
        // `xlplus` of Redshift is between `large` and `4xlarge`.
        ("xlarge" | "xl" | "xlplus", number) => (5, number.unwrap_or(1)),
        // The whole machine, or so much of it.
        (metal, _) => {
            let number = metal.trim_matches(|c: char| !c.is_ascii_digit());
            (6, number.parse().unwrap_or(u32::MAX))
        }
    }
}

impl<S: Service> Ord for Class<S> {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |class: &Self| (class.family().to_owned(), rank(class.size()));
        key(self).cmp(&key(other)).then_with(|| self.text.cmp(&other.text))
    }
}
impl<S: Service> PartialOrd for Class<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S> fmt::Display for Class<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
impl<S> fmt::Debug for Class<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class({self})")
    }
}

/// A text that does not have the form of a service's classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidClass {
    what: &'static str,
    example: &'static str,
    meant: Option<&'static str>,
}

impl InvalidClass {
    /// The class that was most likely meant, if any is near.
    pub fn meant(&self) -> Option<&'static str> {
        self.meant
    }

    fn finding(&self, text: &str) -> Finding {
        Finding::error("FW0721", format!("`{text}` is not {}", self.what)).help(match self.meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write one such as {}", self.example),
        })
    }
}

impl fmt::Display for InvalidClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not {}: ", self.what)?;
        match self.meant {
            Some(meant) => write!(f, "did you mean {meant}?"),
            None => write!(f, "write one such as {}", self.example),
        }
    }
}

impl Error for InvalidClass {}

impl<S: Service> PropertyType for Class<S> {
    const KIND: Kind = Kind::Text;

    fn from_literal(literal: &Expr) -> Option<Self> {
        literal.plain().as_str()?.parse().ok()
    }
}
impl<S: Service> LiteralType for Class<S> {
    fn into_property(self) -> Input<Self> {
        self.input()
    }
}
impl<S: Service> TextType for Class<S> {}
impl<S: Service> Scalar for Class<S> {}
impl<S: Service> IntoJson for Class<S> {
    fn into_json(self) -> Expr {
        self.input().into_expr()
    }
}
impl<S: Service> IntoText for Class<S> {
    fn into_text(self) -> Expr {
        self.input().into_expr()
    }
}
impl<S: Service> IntoInput<Class<S>> for &Class<S> {
    fn into_input(self) -> Input<Class<S>> {
        self.clone().input()
    }
}
impl<S: Service> IntoInput<String> for Class<S> {
    fn into_input(self) -> Input<String> {
        Input::new(self.input().into_expr())
    }
}
impl<S: Service> IntoInput<Class<S>> for &str {
    fn into_input(self) -> Input<Class<S>> {
        match self.parse::<Class<S>>() {
            Ok(class) => class.input(),
            Err(error) => Input::new(self.into_json()).remarked(error.finding(self)),
        }
    }
}
impl<S: Service> IntoInput<Class<S>> for String {
    fn into_input(self) -> Input<Class<S>> {
        self.as_str().into_input()
    }
}
impl<S: Service> IntoInput<Class<S>> for &String {
    fn into_input(self) -> Input<Class<S>> {
        self.as_str().into_input()
    }
}

impl<S> serde::Serialize for Class<S> {
    fn serialize<Z: serde::Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.serialize_str(&self.text)
    }
}
impl<'de, S: Service> serde::Deserialize<'de> for Class<S> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text::expecting(S::ONE))
    }
}
impl<S: Service> schemars::JsonSchema for Class<S> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        S::NAME.into()
    }
    fn schema_id() -> std::borrow::Cow<'static, str> {
        std::any::type_name::<Self>().into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let escaped = |text: &str| text.replace('.', "\\.");
        let whole: String = S::WHOLE.iter().map(|whole| format!("|{whole}")).collect();
        let pattern =
            format!("^{}([a-z][a-z0-9-]*(\\.[a-z0-9-]+)+{whole}){}$", escaped(S::PREFIX), escaped(S::SUFFIX));
        let description = format!("{} such as {:?}", S::ONE, S::EXAMPLES.first().unwrap_or(&""));
        schemars::json_schema!({
            "description": description,
            "type": "string",
            "pattern": pattern,
            "examples": S::EXAMPLES,
        })
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{Given, pseudo};
    use proptest::prelude::*;

    use super::*;
    use crate::types::tests::{configured, given, said, written};

    type Db = Class<service::Rds>;

    pub(super) fn all_known_classes_have_the_form<S: Service>() {
        for list in S::LISTS {
            for known in lists::classes(list).unwrap().all() {
                let class: Class<S> = known.name().parse().unwrap();
                assert!(class.is_known());
                assert_eq!(class.to_string(), known.name());
                let whole = S::WHOLE.contains(&class.family());
                assert_eq!(class.size().is_empty(), whole, "{class}");
                assert!(whole || rank(class.size()) < (6, 0) || class.size().starts_with("metal"), "{class}");
            }
        }
        for example in S::EXAMPLES {
            assert!(example.parse::<Class<S>>().unwrap().is_known(), "{example}");
        }
    }

    #[test]
    fn all_known_classes_of_all_services_have_the_form() {
        for test in ALL {
            test();
        }
    }

    #[test]
    fn a_property_takes_classes_texts_and_expressions() {
        let class: Db = "db.t4g.medium".parse().unwrap();
        assert_eq!(written::<Db>(&class), r#""db.t4g.medium""#);
        assert_eq!(written::<String>(class.clone()), r#""db.t4g.medium""#);
        assert_eq!(written::<Db>(class), r#""db.t4g.medium""#);
        assert_eq!(written::<Db>("db.serverless"), r#""db.serverless""#);
        assert_eq!(written::<InstanceType>("u7i-12tb.224xlarge".to_owned()), r#""u7i-12tb.224xlarge""#);
        assert_eq!(written::<Db>(pseudo::region()), r#"{"Ref":"AWS::Region"}"#);
        assert_eq!(written::<Vec<InstanceType>>(["t4g.small", "t3.small"]), r#"["t4g.small","t3.small"]"#);
    }

    #[test]
    fn what_has_another_form_is_found_with_what_was_meant() {
        assert_eq!(
            said::<Db>("t4g.medium"),
            "error[FW0721]: `t4g.medium` is not an instance class of RDS at Resources/R/Properties/P\n\
             help: did you mean `db.t4g.medium`?"
        );
        assert_eq!(
            said::<Db>("db.huge"),
            "error[FW0721]: `db.huge` is not an instance class of RDS at Resources/R/Properties/P\n\
             help: write one such as db.t4g.medium"
        );
        assert!(said::<InstanceType>("").contains("`` is not an instance type of EC2"));
        assert!(said::<InstanceType>("T4G.small").ends_with("did you mean `t4g.small`?"));
        assert!(said::<Class<service::ElastiCache>>("db.t4g.medium").contains("is not a node type"));
        assert!(
            said::<Class<service::OpenSearch>>("r6g.large").ends_with("did you mean `r6g.large.search`?")
        );
        for text in
            ["db.", "db..large", "db.t4g.", "r99g.huge", "db.t4g.medium ", "db.5t.large", "db.t4g medium"]
        {
            assert!(text.parse::<Db>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_class_that_is_not_known_is_accepted_with_a_warning_unless_its_size_is_no_word_for_one() {
        assert_eq!(
            said::<Db>("db.t4g.medum"),
            "error[FW0722]: `db.t4g.medum` is not among the instance classes of RDS that Formwork knows at \
             Resources/R/Properties/P\nhelp: did you mean `db.t4g.medium`?"
        );
        for newer in ["db.m8g.96xlarge", "db.r8g.metal-96xl", "db.t4g.nano", "db.r99g.large"] {
            assert!(said::<Db>(newer).starts_with("warning[FW0722]"), "{newer}");
        }
        assert!(
            said::<InstanceType>("quantum1.colossal")
                .ends_with("known are such as t4g.small, m8g.large, c8g.2xlarge")
        );
    }

    #[test]
    fn what_was_set_reads_back() {
        assert!(given::<Db>("db.t4g.medium").literal().is_some_and(|class| class.family() == "t4g"));
        assert!(given::<Db>("db.r99g.large").literal().is_some_and(|class| !class.is_known()));
        assert!(matches!(given::<Db>("t4g.medium"), Given::Unexpected(_)));
    }

    #[test]
    fn classes_of_a_family_are_in_order_of_size() {
        let mut classes: Vec<InstanceType> = [
            "m7g.metal",
            "m7g.16xlarge",
            "m7g.2xlarge",
            "m7g.large",
            "m7g.xlarge",
            "m7g.medium",
            "m6g.large",
        ]
        .map(|text| text.parse().unwrap())
        .into();
        classes.sort();
        let sorted: Vec<&str> = classes.iter().map(Class::as_str).collect();
        assert_eq!(
            sorted,
            [
                "m6g.large",
                "m7g.medium",
                "m7g.large",
                "m7g.xlarge",
                "m7g.2xlarge",
                "m7g.16xlarge",
                "m7g.metal"
            ]
        );
        let optimised: Db = "db.r5.4xlarge.tpc2.mem2x".parse().unwrap();
        assert_eq!((optimised.family(), optimised.size()), ("r5", "4xlarge.tpc2.mem2x"));
    }

    #[test]
    fn a_configuration_has_text() {
        assert_eq!(configured::<Db>("\"db.t4g.medium\""), Ok("db.t4g.medium".parse().unwrap()));
        assert!(configured::<Db>("\"db.r99g.large\"").is_ok(), "whatever sets it says that it is not known");
        let error = configured::<Db>("\"t4g.medium\"").unwrap_err();
        assert!(error.contains("db.t4g.medium"), "{error}");
        assert_eq!(
            serde_json::to_string(&"db.t4g.medium".parse::<Db>().unwrap()).unwrap(),
            "\"db.t4g.medium\""
        );
        let schema = serde_json::to_value(schemars::schema_for!(Db)).unwrap();
        assert_eq!(schema["pattern"], "^db\\.([a-z][a-z0-9-]*(\\.[a-z0-9-]+)+|serverless)$");
        assert_eq!(schema["examples"][0], "db.t4g.medium");
    }

    proptest! {
        #[test]
        fn a_class_is_written_as_it_was_read(text in "(db\\.)?[a-z0-9.-]{0,20}") {
            match text.parse::<Db>() {
                Ok(class) => {
                    prop_assert_eq!(class.to_string(), &*text);
                    let size = if class.size().is_empty() { String::new() } else { format!(".{}", class.size()) };
                    prop_assert_eq!(format!("db.{}{size}", class.family()), text);
                }
                Err(error) => prop_assert_ne!(error.meant(), Some(&*text)),
            }
        }
    }
}
