//! Text that matches a regular expression: the shortest that is long enough.
//!
//! The patterns are those of schemas, in the dialects of several languages. What only looks ahead or behind is passed
//! over; the few patterns for which that yields a wrong text have one written by hand.

/// What a pattern consists of.
enum Node {
    /// One character of these, the nicest first.
    Class(Vec<char>),
    /// One of these.
    Either(Vec<Node>),
    /// All of these.
    Sequence(Vec<Node>),
    /// So many of these.
    Repeat(Box<Node>, usize, usize),
}

/// The characters from which a class is filled, the nicest first.
fn nice() -> impl Iterator<Item = char> {
    let letters = ('a'..='z').chain('0'..='9').chain('A'..='Z');
    letters.chain("-_/.:".chars()).chain((' '..='~').filter(|c| !c.is_ascii_alphanumeric()))
}

/// A text that matches the pattern and has between `least` and `most` characters. Different numbers of `variant` give
/// different texts where the pattern allows that.
pub(crate) fn matching(pattern: &str, least: usize, most: usize, variant: usize) -> Option<String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut parser = Parser { chars: &chars, at: 0 };
    let node = parser.either()?;
    if parser.at < chars.len() {
        return None;
    }
    // What may be repeated is, until the text is long enough; then the next of alternatives is tried.
    let lengths = || (0..=64).chain((65..=least.max(65)).step_by(7)).chain([least]);
    let texts = (0..4).flat_map(|choice| {
        let node = &node;
        lengths().map(move |more| {
            let mut text = String::new();
            node.write(&Choices { more, choice, variant }, &mut text);
            text
        })
    });
    let mut texts = texts.filter(|text| (least.max(1)..=most).contains(&text.chars().count()));
    // Where no class has several characters, another text is a longer one.
    let first = texts.next()?;
    let other = (variant > 0).then(|| matching(pattern, least, most, 0)).flatten();
    match other {
        Some(other) if other == first => texts.find(|text| *text != other).or(Some(first)),
        _ => Some(first),
    }
}

/// What a pattern leaves open.
struct Choices {
    /// How often more than is needed something is repeated.
    more: usize,
    /// Which of several alternatives is taken.
    choice: usize,
    /// Which character of a class is taken.
    variant: usize,
}

impl Node {
    fn write(&self, choices: &Choices, into: &mut String) {
        match self {
            Self::Class(chars) => into.extend(chars.get(choices.variant % chars.len().max(1))),
            // An empty one says nothing.
            Self::Either(nodes) => {
                let texts = nodes.iter().map(|node| {
                    let mut text = String::new();
                    node.write(choices, &mut text);
                    text
                });
                let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
                if let Some(text) = texts.get(choices.choice % texts.len().max(1)) {
                    into.push_str(text);
                }
            }
            Self::Sequence(nodes) => nodes.iter().for_each(|node| node.write(choices, into)),
            Self::Repeat(node, least, most) => {
                let inner = Choices { more: choices.more.min(8), ..*choices };
                for _ in 0..(*least + choices.more).min(*most).max(*least) {
                    node.write(&inner, into);
                }
            }
        }
    }
}

struct Parser<'p> {
    chars: &'p [char],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        self.at += 1;
        self.chars.get(self.at - 1).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, c)| self.chars.get(self.at + index) == Some(&c))
    }

    fn either(&mut self) -> Option<Node> {
        let mut nodes = vec![self.sequence()?];
        while self.peek() == Some('|') {
            self.at += 1;
            nodes.push(self.sequence()?);
        }
        Some(if nodes.len() == 1 { nodes.pop()? } else { Node::Either(nodes) })
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            if let Some(node) = self.atom()? {
                nodes.push(self.repeated(node)?);
            }
        }
        Some(Node::Sequence(nodes))
    }

    /// One thing, or nothing where an anchor stands.
    fn atom(&mut self) -> Option<Option<Node>> {
        let node = match self.next()? {
            '^' | '$' => return Some(None),
            '.' => Node::Class(nice().collect()),
            '[' => Node::Class(self.class()?),
            '\\' => match self.peek()? {
                'A' | 'b' | 'B' | 'Z' | 'z' => {
                    self.at += 1;
                    return Some(None);
                }
                _ => Node::Class(self.escape()?.chars()),
            },
            '(' => {
                let skipped = ["?=", "?!", "?<=", "?<!"].iter().any(|start| self.starts_with(start));
                if self.peek() == Some('?') {
                    self.at += 1;
                    match self.next()? {
                        'P' | '<' => while self.next().is_some_and(|c| !matches!(c, '>' | '=' | '!')) {},
                        ':' | '=' | '!' => {}
                        // Flags, for the rest of the group.
                        _ => {
                            while self.peek().is_some_and(|c| !matches!(c, ':' | ')')) {
                                self.at += 1;
                            }
                            if self.next() == Some(')') {
                                return Some(None);
                            }
                        }
                    }
                }
                let node = self.either()?;
                if self.next() != Some(')') {
                    return None;
                }
                if skipped {
                    return Some(None);
                }
                node
            }
            c => Node::Class(vec![c]),
        };
        Some(Some(node))
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let mut node = node;
        loop {
            let (least, most) = match self.peek() {
                Some('*') => (0, usize::MAX),
                Some('+') => (1, usize::MAX),
                Some('?') => (0, 1),
                Some('{') => match self.bounds() {
                    Some((bounds, end)) => {
                        self.at = end;
                        node = Node::Repeat(Box::new(node), bounds.0, bounds.1);
                        self.lazy();
                        continue;
                    }
                    None => return Some(node),
                },
                _ => return Some(node),
            };
            self.at += 1;
            node = Node::Repeat(Box::new(node), least, most);
            self.lazy();
        }
    }

    fn lazy(&mut self) {
        if matches!(self.peek(), Some('?' | '+')) {
            self.at += 1;
        }
    }

    /// `{1,63}` and where it ends; anything else in braces is text.
    fn bounds(&self) -> Option<((usize, usize), usize)> {
        let end = self.at + self.chars[self.at..].iter().position(|c| *c == '}')?;
        let inside: String = self.chars[self.at + 1..end].iter().collect();
        let bounds = match inside.split_once(',') {
            None => (inside.parse().ok()?, inside.parse().ok()?),
            Some((least, "")) => (least.parse().ok()?, usize::MAX),
            Some(("", most)) => (0, most.parse().ok()?),
            Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
        };
        Some((bounds, end + 1))
    }

    fn class(&mut self) -> Option<Vec<char>> {
        let negated = self.peek() == Some('^');
        self.at += usize::from(negated);
        let mut sets: Vec<Set> = Vec::new();
        let mut first = true;
        loop {
            let c = self.next()?;
            let set = match c {
                ']' if !first => break,
                '\\' => self.escape()?,
                c => Set::One(c),
            };
            first = false;
            // A range, unless the dash is the last one or follows a whole set.
            let after = self.chars.get(self.at + 1).copied();
            if let Set::One(from) = set
                && self.peek() == Some('-')
                && after.is_some_and(|c| c != ']')
            {
                let before = self.at;
                self.at += 1;
                let end = match self.next()? {
                    '\\' => self.escape()?,
                    c => Set::One(c),
                };
                match end {
                    Set::One(to) if from <= to => sets.push(Set::Range(from, to)),
                    _ => {
                        self.at = before;
                        sets.push(Set::One(from));
                    }
                }
                continue;
            }
            sets.push(set);
        }
        let matches = |c: char| sets.iter().any(|set| set.contains(c)) != negated;
        let mut chars: Vec<char> = nice().filter(|c| matches(*c)).collect();
        if chars.is_empty() {
            chars.extend(sets.iter().map(|set| match set {
                Set::One(c) | Set::Range(c, _) => *c,
                Set::Of(..) => ' ',
            }));
        }
        Some(chars)
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Option<Set> {
        let c = self.next()?;
        Some(match c {
            'd' => Set::Of(|c| c.is_ascii_digit(), true),
            'D' => Set::Of(|c| c.is_ascii_digit(), false),
            'w' => Set::Of(|c| c.is_ascii_alphanumeric() || c == '_', true),
            'W' => Set::Of(|c| c.is_ascii_alphanumeric() || c == '_', false),
            's' => Set::Of(|c| c == ' ', true),
            'S' => Set::Of(|c| c == ' ', false),
            'p' | 'P' => {
                let name = match self.next()? {
                    '{' => {
                        let start = self.at;
                        while self.next()? != '}' {}
                        self.chars[start..self.at - 1].iter().collect::<String>()
                    }
                    c => c.to_string(),
                };
                let is: fn(char) -> bool = match name.trim_start_matches("Is") {
                    "L" | "Letter" | "Alpha" | "Alphabetic" => |c| c.is_ascii_alphabetic(),
                    "Ll" | "Lower" => |c| c.is_ascii_lowercase(),
                    "Lu" | "Upper" => |c| c.is_ascii_uppercase(),
                    "N" | "Nd" | "Digit" => |c| c.is_ascii_digit(),
                    "Alnum" => |c| c.is_ascii_alphanumeric(),
                    "Z" | "Zs" | "Space" => |c| c == ' ',
                    "P" | "Punct" | "S" | "M" => |c| c.is_ascii_punctuation(),
                    "Print" | "Graph" | "ASCII" => |c| c.is_ascii_graphic(),
                    _ => |_| false,
                };
                Set::Of(is, c == 'p')
            }
            'x' => self.code(2)?,
            'u' => self.code(4)?,
            'n' => Set::One('\n'),
            't' => Set::One('\t'),
            'r' => Set::One('\r'),
            c => Set::One(c),
        })
    }

    fn code(&mut self, digits: usize) -> Option<Set> {
        let text: String = self.chars.get(self.at..self.at + digits)?.iter().collect();
        self.at += digits;
        let code = u32::from_str_radix(&text, 16).ok()?;
        // Halves of characters beyond the first plane.
        Some(Set::One(char::from_u32(code).unwrap_or('\u{ffff}')))
    }
}

/// A part of a class.
#[derive(Clone, Copy)]
enum Set {
    One(char),
    Range(char, char),
    Of(fn(char) -> bool, bool),
}

impl Set {
    fn contains(self, c: char) -> bool {
        match self {
            Self::One(one) => c == one,
            Self::Range(from, to) => (from..=to).contains(&c),
            Self::Of(is, wanted) => is(c) == wanted,
        }
    }

    fn chars(self) -> Vec<char> {
        match self {
            Self::One(c) => vec![c],
            _ => nice().filter(|c| self.contains(*c)).collect(),
        }
    }
}

#[test]
fn texts_match_and_are_long_enough() {
    let text = |pattern: &str, least| matching(pattern, least, 80, 0).expect("a pattern that is understood");
    assert_eq!(text(r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@-]+$", 0), "arn:aws:iam::000000000000:role/a");
    assert_eq!(text(r"^(?!aws:)[\p{L}\p{N}]*$", 3), "aaa");
    assert_eq!(text(r"[A-Z]{2,4}|x", 0), "AA");
    assert_eq!(text(r"^(\d{1,3}\.){3}\d{1,3}$", 0), "0.0.0.0");
    assert_eq!(matching("^[ab]$", 0, 1, 1).as_deref(), Some("b"));
    assert_eq!(matching("^[a-z]{3}$", 4, 9, 0), None);
}
