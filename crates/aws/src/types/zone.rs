//! Availability Zones.

use std::{error::Error, fmt, str::FromStr};

use formwork_core::{Expr, Finding, Input, Str};
use formwork_facts::lists;

/// An Availability Zone, such as `eu-central-1a`; a Local Zone or a Wavelength Zone as well.
///
/// ```
/// use formwork_aws::types::Zone;
///
/// let zone = Zone::new("eu-central-1", 'a');
/// assert_eq!(zone.to_string(), "eu-central-1a");
/// assert_eq!("eu-central-1a".parse(), Ok(zone));
///
/// let los_angeles: Zone = "us-west-2-lax-1a".parse()?;
/// assert_eq!(los_angeles.region(), "us-west-2");
/// # Ok::<(), formwork_aws::types::InvalidZone>(())
/// ```
///
/// A property takes a `Zone`, text, or an expression of text. Text that does not look like the name of a zone is a
/// finding, `FW0704`, such as `euc1-az1`: that is the id of one, which goes into another property.
///
/// The same letter may mean different places in different accounts.
// Without invariant: `new` takes what it is given, and a property says what is wrong with it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone {
    region: Str,
    /// What follows the Region: `a`, `-lax-1a`.
    rest: Str,
}

impl Zone {
    /// The zone of this letter in this Region.
    ///
    /// What is wrong with them is said where the zone goes into a property.
    pub fn new(region: impl Into<Str>, letter: char) -> Self {
        Self { region: region.into(), rest: letter.to_string().into() }
    }

    /// The Region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Its letter; of Local Zones and Wavelength Zones there is none.
    ///
    /// ```
    /// use formwork_aws::types::Zone;
    ///
    /// assert_eq!(Zone::new("us-east-2", 'a').letter(), Some('a'));
    /// ```
    pub fn letter(&self) -> Option<char> {
        let mut letters = self.rest.chars();
        letters.next().filter(|letter| letter.is_ascii_lowercase() && letters.next().is_none())
    }

    /// The letters of the zones that its Region has, where its own is none of them. Of Regions and zones of other kinds
    /// nothing is known.
    ///
    /// ```
    /// use formwork_aws::types::Zone;
    ///
    /// assert_eq!(Zone::new("us-east-2", 'd').lacking(), Some("abc"));
    /// assert_eq!(Zone::new("us-east-2", 'c').lacking(), None);
    /// ```
    // Letters are handed out in order, and an account may lack any of them: us-west-1 has `b` in some and `c` in others.
    pub fn lacking(&self) -> Option<&'static str> {
        let known = lists::zones(&self.region)?;
        (self.letter()? > known.chars().next_back()?).then_some(known)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{}", self.region, self.rest))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

/// The length of the Region that a text begins with: `us-gov-west-1` of `us-gov-west-1a`.
fn region(text: &str) -> Option<usize> {
    let mut end = 0;
    for (index, part) in text.split('-').enumerate() {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            return (index >= 2).then_some(end + digits);
        }
        let word = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        if !word || (index == 0 && part.len() < 2) {
            return None;
        }
        end += part.len() + 1;
    }
    None
}

fn is_letter(text: &str) -> bool {
    matches!(text.as_bytes(), [b'a'..=b'z'])
}

/// `1a`.
fn is_number_and_letter(text: &str) -> bool {
    let letter = text.trim_start_matches(|c: char| c.is_ascii_digit());
    letter.len() < text.len() && is_letter(letter)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl FromStr for Zone {
    type Err = InvalidZone;

    fn from_str(text: &str) -> Result<Self, InvalidZone> {
        let is_zone_id = text.rsplit_once('-').is_some_and(|(before, last)| {
            let number = last.strip_prefix("az").or(last.strip_prefix("wlz"));
            number.is_some_and(is_number) && region(before).is_none()
        });
        if is_zone_id {
            return Err(InvalidZone::Id);
        }
        let Some((region, rest)) = region(text).map(|end| text.split_at(end)) else {
            return Err(InvalidZone::Form);
        };
        if rest.is_empty() {
            return Err(InvalidZone::Region);
        }
        let parts: Vec<&str> = rest.split('-').collect();
        let plain = |part: &&str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        match parts.as_slice() {
            [letter] if is_letter(letter) => {}
            // A Wavelength Zone, such as `us-east-1-wl1-bos-wlz-1`.
            ["", before @ .., "wlz", number] if is_number(number) && before.iter().all(plain) => {}
            // A Local Zone, such as `us-west-2-lax-1a`.
            ["", before @ .., last]
                if is_number_and_letter(last) && !before.is_empty() && before.iter().all(plain) => {}
            ["", before @ .., last] if is_number(last) && !before.is_empty() && before.iter().all(plain) => {
                return Err(InvalidZone::Group);
            }
            _ => return Err(InvalidZone::Form),
        }
        Ok(Self { region: region.to_owned().into(), rest: rest.to_owned().into() })
    }
}

/// What keeps a text from being a [`Zone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidZone {
    /// It is something else.
    Form,
    /// It is a Region.
    Region,
    /// It is a group of Local Zones, such as `us-west-2-lax-1`.
    Group,
    /// It is the id of a zone, such as `euc1-az1`.
    Id,
}

impl InvalidZone {
    fn finding(&self, text: &str) -> Finding {
        let finding = Finding::error("FW0704", format!("`{text}` is not the name of an Availability Zone"));
        match self {
            Self::Form => finding.help(self.to_string()),
            Self::Region | Self::Group => finding.help(format!("{self}, such as {text}a")),
            Self::Id => finding.help(self.to_string()),
        }
    }
}

impl fmt::Display for InvalidZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "write a Region and a letter, such as eu-central-1a",
            Self::Region => "a Region: add the letter of a zone",
            Self::Group => "a group of Local Zones: add the letter of a zone",
            Self::Id => {
                "the id of a zone, which goes into `AvailabilityZoneId`: write a name, such as eu-central-1a"
            }
        })
    }
}

impl Error for InvalidZone {}

impl Zone {
    fn input(self) -> Input<Self> {
        let text = self.to_string();
        let problem = text.parse::<Self>().err().map(|error| error.finding(&text));
        let input = Input::new(Expr::Text(text.into()));
        match problem {
            Some(finding) => input.remarked(finding),
            None => input,
        }
    }

    fn read(literal: &Expr) -> Option<Self> {
        literal.as_str()?.parse().ok()
    }
}
text_property!(Zone);
text_in_config!(
    Zone,
    "an Availability Zone such as \"eu-central-1a\"",
    "^[a-z]{2,}(-[a-z]+)+-[0-9]+([a-z]|(-[a-z0-9]+)+-[0-9]+[a-z]|(-[a-z0-9]+)*-wlz-[0-9]+)$"
);

#[cfg(test)]
mod tests {
    use formwork_core::{Given, Output, interpolate, pseudo};

    use super::*;
    use crate::types::tests::{configured, given, said, written};

    #[test]
    fn a_property_takes_zones_texts_and_expressions() {
        assert_eq!(written::<Zone>(Zone::new("eu-central-1", 'b')), r#""eu-central-1b""#);
        assert_eq!(written::<Zone>("us-gov-west-1a"), r#""us-gov-west-1a""#);
        assert_eq!(written::<Zone>("us-west-2-lax-1a".to_owned()), r#""us-west-2-lax-1a""#);
        assert_eq!(written::<Zone>(pseudo::region()), r#"{"Ref":"AWS::Region"}"#);
        assert_eq!(written::<String>(Zone::new("eu-central-1", 'b')), r#""eu-central-1b""#);
        assert_eq!(written::<Vec<Zone>>(["eu-west-1a", "eu-west-1b"]), r#"["eu-west-1a","eu-west-1b"]"#);
    }

    // The names are from docs.aws.amazon.com: global-infrastructure/latest/regions/aws-availability-zones.html,
    // local-zones/latest/ug/available-local-zones.html,
    // wavelength/latest/developerguide/available-wavelength-zones.html.
    #[test]
    fn zones_of_all_kinds_are_read() {
        for (text, region) in [
            ("us-east-2a", "us-east-2"),
            ("ap-southeast-7c", "ap-southeast-7"),
            ("us-isob-east-1a", "us-isob-east-1"),
            ("eusc-de-east-1a", "eusc-de-east-1"),
            ("us-west-2-lax-1b", "us-west-2"),
            ("us-east-1-atl-2a", "us-east-1"),
            ("us-east-1-wl1-bos-wlz-1", "us-east-1"),
        ] {
            let zone: Zone = text.parse().unwrap();
            assert_eq!((zone.region(), zone.to_string()), (region, text.to_owned()));
        }
    }

    #[test]
    fn what_is_no_zone_is_found_with_what_it_is() {
        assert_eq!(
            said::<Zone>("eu-central-1"),
            "error[FW0704]: `eu-central-1` is not the name of an Availability Zone at Resources/R/Properties/P\n\
             help: a Region: add the letter of a zone, such as eu-central-1a"
        );
        assert_eq!(
            said::<Zone>("euc1-az1"),
            "error[FW0704]: `euc1-az1` is not the name of an Availability Zone at Resources/R/Properties/P\n\
             help: the id of a zone, which goes into `AvailabilityZoneId`: write a name, such as eu-central-1a"
        );
        assert_eq!(
            said::<Zone>(Zone::new("Frankfurt", 'a')),
            "error[FW0704]: `Frankfurta` is not the name of an Availability Zone at Resources/R/Properties/P\n\
             help: write a Region and a letter, such as eu-central-1a"
        );
        let text: Output<String> = interpolate!("in {}", Zone::new("Frankfurt", 'a'));
        assert!(said::<String>(text).starts_with("error[FW0704]: `Frankfurta` is not"));
        let read = |text: &str| text.parse::<Zone>().map(|zone| zone.to_string());
        assert_eq!(read("us-west-2-lax-1"), Err(InvalidZone::Group));
        for id in ["use1-az6", "usgw1-az2", "usw2-lax1-az1", "use1-wl1-bos-wlz1"] {
            assert_eq!(read(id), Err(InvalidZone::Id), "{id}");
        }
        for text in [
            "",
            "a",
            "eu-central-a",
            "eu-central-1A",
            "eu-central-1ab",
            "1-2-3a",
            "eu-1a",
            "eu--1a",
            "eu-central-1-a",
            "eu-central-1é",
        ] {
            assert_eq!(read(text), Err(InvalidZone::Form), "{text}");
        }
    }

    #[test]
    fn what_was_set_reads_back() {
        assert!(given::<Zone>("eu-central-1a").is(Zone::new("eu-central-1", 'a')));
        assert!(matches!(given::<Zone>("euc1-az1"), Given::Unexpected(_)));
    }

    #[test]
    fn a_configuration_says_it_as_text() {
        assert_eq!(configured::<Zone>("\"eu-central-1a\""), Ok(Zone::new("eu-central-1", 'a')));
        assert_eq!(
            configured::<Zone>("\"eu-central-1\""),
            Err("`value`: \"eu-central-1\": a Region: add the letter of a zone".to_owned())
        );
        assert_eq!(serde_json::to_string(&Zone::new("eu-west-1", 'c')).unwrap(), "\"eu-west-1c\"");
    }
}
