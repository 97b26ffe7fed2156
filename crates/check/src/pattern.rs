//! Regular expressions as resource schemas have them: whether one occurs in a text.
//!
//! The schemas say ECMA, the services behind them mostly run Java, and some patterns were written for Python. What
//! means the same in all three is taken as that. Where they differ, or where only tables of Unicode would tell, a
//! pattern accepts rather than refuses. What cannot be read, or would take too much memory, is not judged at all.
//!
//! **Linear:** a match walks over the text once, and once more for every group that looks ahead or behind, with a set
//! of states instead of trying one way after the other. No pattern takes exponential time.
//!
//! From text to matcher: [`Parser`] makes a tree of [`Node`]s. If it is a plain row of character sets, of which each
//! ends where the next one begins, [`Chain`] matches it. Otherwise [`Builder`] makes a [`Program`] of it, and [`Run`]
//! walks over a text with that.

use std::collections::VecDeque;
use std::mem;
use std::str::Chars;

/// The most states that a pattern may have, those of its looking groups included.
const MOST_STATES: usize = 20_000;

/// How deep groups may be nested.
const MOST_DEPTH: usize = 100;

/// The upper bound of a repetition that has none.
const UNBOUNDED: u32 = u32::MAX;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    sets: Vec<Set>,
    matcher: Matcher,
}

#[derive(Debug)]
enum Matcher {
    Chain(Chain),
    /// The programs of the groups that look ahead or behind, inner ones first, and that of the pattern itself.
    Programs(Vec<Program>, Program),
}

impl Pattern {
    /// Compiles a pattern; `None` for syntax that is not understood, such patterns are never judged.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text.len() > MOST_STATES {
            return None;
        }
        let mut parser = Parser::new(text);
        let root = parser.alternatives()?;
        if parser.peek().is_some() {
            return None; // a `)` that closes nothing
        }
        let matcher = match Chain::new(&root, &parser.sets) {
            Some(chain) => Matcher::Chain(chain),
            None => {
                let mut room = MOST_STATES;
                let mut program = |node, direction| Program::new(node, direction, &mut room);
                let looks = parser.looks.iter().map(|look| program(&look.body, look.direction));
                Matcher::Programs(looks.collect::<Option<_>>()?, program(&root, Direction::Forward)?)
            }
        };
        Some(Self { sets: parser.sets, matcher })
    }

    /// Whether the pattern occurs in a text: anywhere, unless `^` and `$` say otherwise.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Chain(chain) => chain.is_match(&self.sets, text),
            Matcher::Programs(looks, main) => {
                let text: Vec<char> = text.chars().collect();
                let mut tables = Vec::with_capacity(looks.len());
                for look in looks {
                    tables.push(Run::new(look, &self.sets, &text, &tables).everywhere());
                }
                Run::new(main, &self.sets, &text, &tables).anywhere()
            }
        }
    }
}

/// A part of a pattern.
#[derive(Debug)]
enum Node {
    /// One character of a set, by the set's index.
    Set(usize),
    /// A place in the text, no character.
    Place(Place),
    /// One after the other; nothing at all if empty.
    Row(Vec<Node>),
    /// One of these.
    Either(Vec<Node>),
    /// At least and at most so many times.
    Repeat(Box<Node>, u32, u32),
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Start,
    End,
    WordBoundary {
        negated: bool,
    },
    /// Where a group that looks ahead or behind matches, by the group's index.
    Look {
        index: usize,
        negated: bool,
    },
}

/// What stands in a group that looks ahead or behind.
#[derive(Debug)]
struct Look {
    body: Node,
    direction: Direction,
}

/// How a program walks over the text. To look ahead, it walks backward from every place where the group may end: so
/// one walk tells all places where it begins.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Direction {
    Forward,
    Backward,
}

impl Node {
    const NOTHING: Self = Self::Row(Vec::new());

    /// Whether it can only match at the start of a text.
    fn starts_text(&self) -> bool {
        match self {
            Self::Set(_) => false,
            Self::Place(place) => matches!(place, Place::Start),
            Self::Row(nodes) => {
                // Other places may come first, as in `(?!aws:)^`.
                let places = nodes.iter().take_while(|node| matches!(node, Self::Place(_))).count();
                nodes.iter().take(places + 1).any(Self::starts_text)
            }
            Self::Either(nodes) => nodes.iter().all(Self::starts_text),
            Self::Repeat(node, least, _) => *least > 0 && node.starts_text(),
        }
    }
}

struct Parser<'t> {
    rest: Chars<'t>,
    sets: Vec<Set>,
    looks: Vec<Look>,
    flags: Flags,
    /// Whether what is read now makes a text match by not matching: within `(?!` and `(?<!`.
    inverted: bool,
    depth: usize,
}

#[derive(Clone, Copy, Default)]
struct Flags {
    ignore_case: bool,
    dot_all: bool,
}

/// What an escape stands for, wherever it stands.
enum Escape {
    Char(u32),
    Kind(Kind, bool),
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        let (sets, looks) = (Vec::with_capacity(text.len() / 2), Vec::new());
        Self { rest: text.chars(), sets, looks, flags: Flags::default(), inverted: false, depth: 0 }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.as_str().strip_prefix(text) {
            Some(rest) => {
                self.rest = rest.chars();
                true
            }
            None => false,
        }
    }

    /// Takes everything up to a character, and that too.
    fn until(&mut self, end: char) -> Option<&'t str> {
        let (inside, rest) = self.rest.as_str().split_once(end)?;
        self.rest = rest.chars();
        Some(inside)
    }

    fn alternatives(&mut self) -> Option<Node> {
        let first = self.row()?;
        if self.peek() != Some('|') {
            return Some(first);
        }
        let mut all = vec![first];
        while self.eat("|") {
            all.push(self.row()?);
        }
        Some(self.union(&all).unwrap_or(Node::Either(all)))
    }

    /// One set for alternatives that are sets: those can be counted.
    fn union(&mut self, nodes: &[Node]) -> Option<Node> {
        let set = |node: &Node| match node {
            Node::Set(index) => self.sets.get(*index).filter(|set| !set.negated),
            _ => None,
        };
        let (first, others) = nodes.split_first()?;
        let mut union = set(first)?.clone();
        for other in others {
            union.join(set(other)?)?;
        }
        Some(self.set(union))
    }

    fn set(&mut self, set: Set) -> Node {
        self.sets.push(set);
        Node::Set(self.sets.len() - 1)
    }

    fn row(&mut self) -> Option<Node> {
        let mut row = Vec::new();
        while self.peek().is_some_and(|c| c != '|' && c != ')') {
            match self.repeated()? {
                Node::Row(nodes) => row.extend(nodes),
                node => row.push(node),
            }
        }
        Some(if row.len() == 1 { row.pop()? } else { Node::Row(row) })
    }

    fn repeated(&mut self) -> Option<Node> {
        let node = self.atom()?;
        let Some((least, most)) = self.quantifier()? else { return Some(node) };
        // Lazy or possessive: another order of trying, which no one sees here.
        if !self.eat("?") {
            self.eat("+");
        }
        // `a**` is an error everywhere, `a{2}{3}` almost everywhere.
        if least > most || self.quantifier()?.is_some() {
            return None;
        }
        Some(match (least, most) {
            (1, 1) => node,
            (_, 0) => Node::NOTHING,
            _ => Node::Repeat(Box::new(node), least, most),
        })
    }

    /// Takes a quantifier if there is one.
    fn quantifier(&mut self) -> Option<Option<(u32, u32)>> {
        for (sign, bounds) in [("*", (0, UNBOUNDED)), ("+", (1, UNBOUNDED)), ("?", (0, 1))] {
            if self.eat(sign) {
                return Some(Some(bounds));
            }
        }
        let braces = self.rest.as_str().strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((inside, rest)) = braces else { return Some(None) };
        let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if inside.is_empty() || !digits(least) || !digits(most) {
            return Some(None); // a brace like any other character
        }
        // `{,5}` is a quantifier in Python only, and its number would be missing here.
        let least = least.parse().ok()?;
        let most = if most.is_empty() { UNBOUNDED } else { most.parse().ok()? };
        self.rest = rest.chars();
        Some(Some((least, most)))
    }

    fn atom(&mut self) -> Option<Node> {
        if self.quantifier()?.is_some() {
            return None; // nothing that it could repeat
        }
        Some(match self.rest.next()? {
            '(' => self.group()?,
            '[' => self.class()?,
            '.' => {
                let kind = if self.flags.dot_all { Kind::Any } else { Kind::Line };
                self.escaped(Escape::Kind(kind, false))
            }
            '^' => Node::Place(Place::Start),
            '$' => Node::Place(Place::End),
            '\\' if self.eat("A") => Node::Place(Place::Start),
            '\\' if self.eat("Z") || self.eat("z") => Node::Place(Place::End),
            '\\' if self.eat("b") => Node::Place(Place::WordBoundary { negated: false }),
            '\\' if self.eat("B") => Node::Place(Place::WordBoundary { negated: true }),
            '\\' => {
                let escape = self.escape()?;
                self.escaped(escape)
            }
            c => self.escaped(Escape::Char(c.into())),
        })
    }

    fn escaped(&mut self, escape: Escape) -> Node {
        let mut set = Set::new(false, !self.inverted);
        set.add(escape);
        self.set(set.finish(self.flags.ignore_case))
    }

    /// Reads a group from after its parenthesis.
    fn group(&mut self) -> Option<Node> {
        if self.depth == MOST_DEPTH {
            return None;
        }
        self.depth += 1;
        let flags = self.flags;
        let node = match self.eat("?") {
            true if self.eat(":") || self.eat(">") => self.alternatives()?,
            true if self.eat("=") => self.look(Direction::Backward, false)?,
            true if self.eat("!") => self.look(Direction::Backward, true)?,
            true if self.eat("<=") => self.look(Direction::Forward, false)?,
            true if self.eat("<!") => self.look(Direction::Forward, true)?,
            true if self.eat("<") || self.eat("P<") => {
                let name = self.until('>')?;
                name.chars().all(|c| c == '_' || c.is_alphanumeric()).then(|| self.alternatives())??
            }
            true => {
                self.flags()?;
                if self.eat(")") {
                    // They hold up to the end of the group around.
                    self.depth -= 1;
                    return Some(Node::NOTHING);
                }
                self.eat(":").then(|| self.alternatives())??
            }
            false => self.alternatives()?,
        };
        self.flags = flags;
        self.depth -= 1;
        self.eat(")").then_some(node)
    }

    fn look(&mut self, direction: Direction, negated: bool) -> Option<Node> {
        self.inverted ^= negated;
        let body = self.alternatives()?;
        self.inverted ^= negated;
        let index = self.looks.len();
        self.looks.push(Look { body, direction });
        Some(Node::Place(Place::Look { index, negated }))
    }

    fn flags(&mut self) -> Option<()> {
        let mut on = true;
        while self.peek().is_some_and(|c| c != ')' && c != ':') {
            match self.rest.next()? {
                '-' if on => on = false,
                'i' => self.flags.ignore_case = on,
                's' => self.flags.dot_all = on,
                'u' => {}
                _ => return None,
            }
        }
        Some(())
    }

    /// Reads `[...]` from after its bracket.
    fn class(&mut self) -> Option<Node> {
        let negated = self.eat("^");
        if self.peek() == Some(']') {
            return None; // an empty class to some, a bracket to others
        }
        let mut set = Set::new(negated, self.inverted == negated);
        while !self.eat("]") {
            let rest = self.rest.as_str();
            if rest.starts_with("&&") || rest.starts_with("[:") {
                return None; // an intersection or a named class to some, characters to others
            }
            let low = match self.member()? {
                Escape::Char(low) if self.peek() == Some('-') => low,
                other => {
                    set.add(other);
                    continue;
                }
            };
            self.rest.next();
            if self.peek() == Some(']') {
                set.add_range(low, low);
                set.add_range('-'.into(), '-'.into());
                continue;
            }
            match self.member()? {
                Escape::Char(high) if low > high => return None,
                Escape::Char(high) => set.add_range(low, high),
                // No range ends with `\w`; the sign stands for itself.
                kind => {
                    set.add_range(low, low);
                    set.add_range('-'.into(), '-'.into());
                    set.add(kind);
                }
            }
        }
        let set = set.finish(self.flags.ignore_case);
        Some(self.set(set))
    }

    fn member(&mut self) -> Option<Escape> {
        match self.rest.next()? {
            '\\' if self.eat("b") => Some(Escape::Char(8)),
            '\\' => self.escape(),
            c => Some(Escape::Char(c.into())),
        }
    }

    /// Reads an escape from after its backslash.
    fn escape(&mut self) -> Option<Escape> {
        Some(match self.rest.next()? {
            'd' => Escape::Kind(Kind::Digit, false),
            'D' => Escape::Kind(Kind::Digit, true),
            'w' => Escape::Kind(Kind::Word, false),
            'W' => Escape::Kind(Kind::Word, true),
            's' => Escape::Kind(Kind::Space, false),
            'S' => Escape::Kind(Kind::Space, true),
            'p' => Escape::Kind(self.property()?, false),
            'P' => Escape::Kind(self.property()?, true),
            't' => Escape::Char('\t'.into()),
            'n' => Escape::Char('\n'.into()),
            'v' => Escape::Char(0x0B),
            'f' => Escape::Char(0x0C),
            'r' => Escape::Char('\r'.into()),
            'x' => Escape::Char(self.code(2)?),
            'u' => Escape::Char(self.utf16()?),
            '0' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => Escape::Char(0),
            // References back to a group among them.
            c if c.is_ascii_alphanumeric() => return None,
            c => Escape::Char(c.into()),
        })
    }

    fn property(&mut self) -> Option<Kind> {
        if self.eat("{") {
            return Kind::of_name(self.until('}')?);
        }
        let mut name = [0; 4];
        Kind::of_name(self.rest.next()?.encode_utf8(&mut name))
    }

    /// Reads so many hexadecimal digits, or any number of them in braces.
    fn code(&mut self, digits: usize) -> Option<u32> {
        if self.eat("{") {
            return u32::from_str_radix(self.until('}')?, 16).ok().filter(|code| *code <= char::MAX.into());
        }
        let mut code = 0;
        for _ in 0..digits {
            code = code * 16 + self.rest.next()?.to_digit(16)?;
        }
        Some(code)
    }

    /// Reads what follows `\u`, which may be two halves of one character.
    fn utf16(&mut self) -> Option<u32> {
        let high = self.code(4)?;
        let after = self.rest.clone();
        if (0xD800..0xDC00).contains(&high) && self.eat("\\u") {
            let low = self.code(4)?;
            if (0xDC00..0xE000).contains(&low) {
                return Some(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
            }
            self.rest = after;
        }
        Some(high)
    }
}

/// A set of characters.
#[derive(Clone, Debug)]
struct Set {
    /// Those of ASCII, with everything counted in. While a set is read, it holds those that were named.
    ascii: u128,
    /// Those that were named beyond ASCII.
    ranges: Vec<(u32, u32)>,
    /// Kinds of characters, each with whether it means all others. They are only asked beyond ASCII.
    kinds: Vec<(Kind, bool)>,
    /// Whether it holds what was not named.
    negated: bool,
    /// Whether a name counts for the other case too.
    ignore_case: bool,
    /// Whether, of two answers that a name may have, the one with more characters is taken: so that the set is wide
    /// where it lets texts match, and narrow where it keeps them from it.
    wide: bool,
}

impl Set {
    fn new(negated: bool, wide: bool) -> Self {
        Self { ascii: 0, ranges: Vec::new(), kinds: Vec::new(), negated, ignore_case: false, wide }
    }

    fn add(&mut self, escape: Escape) {
        match escape {
            Escape::Char(code) => self.add_range(code, code),
            Escape::Kind(kind, negated) => {
                let ascii = kind.ascii();
                self.ascii |= if negated { !ascii } else { ascii };
                self.kinds.push((kind, negated));
            }
        }
    }

    fn add_range(&mut self, low: u32, high: u32) {
        if low < 128 {
            self.ascii |= ascii_range(low, high.min(127));
        }
        if high >= 128 {
            self.ranges.push((low, high));
        }
        // Halves of characters: meant are the characters that consist of two.
        if self.wide && low <= 0xDFFF && high >= 0xD800 {
            self.ranges.push((0x10000, char::MAX.into()));
        }
    }

    fn finish(mut self, ignore_case: bool) -> Self {
        self.ignore_case = ignore_case;
        if ignore_case {
            let letters = ascii_range(65, 90);
            let both = (self.ascii & letters) | (self.ascii >> 32 & letters);
            self.ascii |= both | both << 32;
        }
        if self.negated {
            self.ascii = !self.ascii;
        }
        self
    }

    /// Adds what another one names, if names mean the same in both. Neither is negated.
    fn join(&mut self, other: &Self) -> Option<()> {
        if self.ignore_case != other.ignore_case || self.wide != other.wide {
            return None;
        }
        self.ascii |= other.ascii;
        self.ranges.extend(&other.ranges);
        self.kinds.extend(&other.kinds);
        Some(())
    }

    fn contains(&self, c: char) -> bool {
        match u32::from(c) {
            code @ 0..128 => self.ascii >> code & 1 == 1,
            _ => self.negated != (self.names(c) || self.ignore_case && self.names_other_case(c)),
        }
    }

    /// Whether a character beyond ASCII was named.
    fn names(&self, c: char) -> bool {
        let code = u32::from(c);
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&code))
            || self
                .kinds
                .iter()
                .any(|(kind, negated)| kind.beyond_ascii(c, self.wide != *negated) != *negated)
    }

    fn names_other_case(&self, c: char) -> bool {
        c.to_lowercase().chain(c.to_uppercase()).any(|c| !c.is_ascii() && self.names(c))
    }

    /// Whether no character is in both, as far as that is easily told.
    fn is_disjoint(&self, other: &Self) -> bool {
        self.ascii & other.ascii == 0 && (self.is_ascii() || other.is_ascii())
    }

    fn is_ascii(&self) -> bool {
        let ascii = |(kind, negated): &(Kind, bool)| {
            matches!(kind, Kind::Digit | Kind::Word | Kind::Ascii) && !*negated
        };
        !self.negated && self.ranges.is_empty() && self.kinds.iter().all(ascii)
    }
}

/// The characters of ASCII from one to another.
const fn ascii_range(low: u32, high: u32) -> u128 {
    (u128::MAX >> (127 - high)) & (u128::MAX << low)
}

/// A kind of character that has a name.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// All.
    Any,
    /// All that do not end a line.
    Line,
    /// `\d`. Like `\w`, of ASCII alone in ECMA and Java.
    Digit,
    /// `\w`.
    Word,
    /// `\s`. Of ASCII alone in Java.
    Space,
    Letter,
    Upper,
    Lower,
    Number,
    Decimal,
    Mark,
    Punctuation,
    Symbol,
    Separator,
    SpaceSeparator,
    /// `\p{C}`: control and format characters, and what is not a character.
    Other,
    Control,
    Format,
    Ascii,
    Graph,
    Print,
    Alphanumeric,
    /// `\p{Punct}`: punctuation and symbols.
    Visible,
}

impl Kind {
    /// Those names of Unicode and of POSIX that are in use.
    fn of_name(name: &str) -> Option<Self> {
        Some(match name.strip_prefix("Is").unwrap_or(name) {
            "L" | "Letter" | "Alpha" | "Alphabetic" => Self::Letter,
            "Lu" | "Upper" | "Uppercase" => Self::Upper,
            "Ll" | "Lower" | "Lowercase" => Self::Lower,
            "N" | "Number" => Self::Number,
            "Nd" | "Digit" => Self::Decimal,
            "M" | "Mark" => Self::Mark,
            "P" | "Punctuation" => Self::Punctuation,
            "S" | "Symbol" => Self::Symbol,
            "Z" | "Separator" => Self::Separator,
            "Zs" => Self::SpaceSeparator,
            "C" | "Other" => Self::Other,
            "Cc" | "Control" | "Cntrl" => Self::Control,
            "Cf" => Self::Format,
            "ASCII" => Self::Ascii,
            "Graph" => Self::Graph,
            "Print" => Self::Print,
            "Alnum" => Self::Alphanumeric,
            "Punct" => Self::Visible,
            "Space" | "White_Space" => Self::Space,
            "Any" => Self::Any,
            _ => return None,
        })
    }

    /// Those of ASCII.
    const fn ascii(self) -> u128 {
        const UPPER: u128 = ascii_range(0x41, 0x5A);
        const LOWER: u128 = ascii_range(0x61, 0x7A);
        const DIGITS: u128 = ascii_range(0x30, 0x39);
        const GRAPH: u128 = ascii_range(0x21, 0x7E);
        // $ + < = > ^ ` | ~
        const SYMBOLS: u128 =
            1 << 0x24 | 1 << 0x2B | 7 << 0x3C | 1 << 0x5E | 1 << 0x60 | 1 << 0x7C | 1 << 0x7E;
        const VISIBLE: u128 = GRAPH & !(UPPER | LOWER | DIGITS);
        match self {
            Self::Any | Self::Ascii => u128::MAX,
            Self::Line => !(1 << 0x0A),
            Self::Digit | Self::Number | Self::Decimal => DIGITS,
            Self::Word => UPPER | LOWER | DIGITS | 1 << 0x5F,
            Self::Space => ascii_range(0x09, 0x0D) | 1 << 0x20,
            Self::Letter => UPPER | LOWER,
            Self::Upper => UPPER,
            Self::Lower => LOWER,
            Self::Mark | Self::Format => 0,
            Self::Punctuation => VISIBLE & !SYMBOLS,
            Self::Symbol => SYMBOLS,
            Self::Separator | Self::SpaceSeparator => 1 << 0x20,
            Self::Other | Self::Control => ascii_range(0, 0x1F) | 1 << 0x7F,
            Self::Graph => GRAPH,
            Self::Print => GRAPH | 1 << 0x20,
            Self::Alphanumeric => UPPER | LOWER | DIGITS,
            Self::Visible => VISIBLE,
        }
    }

    /// Whether a character beyond ASCII belongs to it. Where the standard library cannot tell or dialects differ: of
    /// `wide`, whether it may belong to it; otherwise, whether it certainly does.
    fn beyond_ascii(self, c: char, wide: bool) -> bool {
        let cased = || c.is_lowercase() || c.is_uppercase();
        let space = || c.is_whitespace() && !c.is_control();
        let unknown = || !c.is_alphanumeric() && !space() && !c.is_control();
        match self {
            Self::Any => true,
            Self::Line => wide || !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}'),
            Self::Digit | Self::Word | Self::Ascii => false,
            Self::Space => wide && (c.is_whitespace() || c == '\u{FEFF}'),
            Self::Letter => c.is_alphabetic() && !c.is_numeric() && (wide || cased()),
            Self::Upper => wide && c.is_uppercase(),
            Self::Lower => wide && c.is_lowercase(),
            Self::Number => c.is_numeric(),
            Self::Decimal => wide && c.is_numeric(),
            Self::Mark if wide => !cased() && !c.is_numeric() && !space() && !c.is_control(),
            Self::Mark => matches!(c, '\u{300}'..='\u{36F}'),
            Self::Punctuation => wide && unknown(),
            // Letters in circles and squares are symbols, although they count as alphabetic.
            Self::Symbol | Self::Visible => {
                wide && (unknown() || matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}'))
            }
            Self::Separator => space(),
            Self::SpaceSeparator => space() && !matches!(c, '\u{2028}' | '\u{2029}'),
            Self::Other => c.is_control() || wide && unknown(),
            Self::Control => c.is_control(),
            Self::Format if wide => unknown(),
            Self::Format => {
                matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}')
            }
            Self::Graph => wide && !c.is_whitespace() && !c.is_control(),
            Self::Print => wide && !c.is_control(),
            Self::Alphanumeric => wide && c.is_alphanumeric(),
        }
    }
}

/// A pattern that begins with `^` and is a row of repeated sets, each of which is disjoint from what may follow it: so
/// that taking as many characters as possible is always right.
#[derive(Debug)]
struct Chain {
    links: Vec<Link>,
    /// Whether it ends with `$`.
    whole: bool,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    set: usize,
    least: u32,
    most: u32,
}

impl Chain {
    fn new(node: &Node, sets: &[Set]) -> Option<Self> {
        let Node::Row(nodes) = node else { return None };
        let [Node::Place(Place::Start), nodes @ ..] = nodes.as_slice() else { return None };
        let (nodes, whole) = match nodes {
            [nodes @ .., Node::Place(Place::End)] => (nodes, true),
            _ => (nodes, false),
        };
        let links: Vec<Link> = nodes.iter().map(Link::new).collect::<Option<_>>()?;
        let greedy = (0..links.len()).all(|index| links[index].is_greedy(&links[index + 1..], sets));
        greedy.then_some(Self { links, whole })
    }

    fn is_match(&self, sets: &[Set], text: &str) -> bool {
        let mut rest = text.chars();
        self.links.iter().all(|link| link.take(&sets[link.set], &mut rest))
            && (!self.whole || rest.as_str().is_empty())
    }
}

impl Link {
    fn new(node: &Node) -> Option<Self> {
        match node {
            Node::Set(set) => Some(Self { set: *set, least: 1, most: 1 }),
            Node::Repeat(body, least, most) => match **body {
                Node::Set(set) => Some(Self { set, least: *least, most: *most }),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether no character that it takes could be wanted by what follows.
    fn is_greedy(&self, following: &[Self], sets: &[Set]) -> bool {
        let optional = following.iter().take_while(|link| link.least == 0).count();
        self.least == self.most
            || following.iter().take(optional + 1).all(|link| sets[self.set].is_disjoint(&sets[link.set]))
    }

    /// Takes as many characters as possible; whether they are enough.
    fn take(&self, set: &Set, rest: &mut Chars<'_>) -> bool {
        for count in 0..self.most {
            let mut after = rest.clone();
            if !after.next().is_some_and(|c| set.contains(c)) {
                return count >= self.least;
            }
            *rest = after;
        }
        true
    }
}

/// A pattern, or the inside of a group that looks ahead or behind, as states.
#[derive(Debug)]
struct Program {
    states: Vec<State>,
    start: usize,
    direction: Direction,
    counters: usize,
    /// Whether it can only match at the start of a text.
    anchored: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Takes a character of a set.
    Take { set: usize, next: usize },
    /// Takes `least` to `most` characters of a set; no copies of a state, but a counter of the run.
    Count { set: usize, least: u32, most: u32, counter: usize, next: usize },
    /// Goes both ways.
    Split(usize, usize),
    /// Goes on if the place is right.
    Place(Place, usize),
    /// The end.
    Match,
}

impl Program {
    fn new(node: &Node, direction: Direction, room: &mut usize) -> Option<Self> {
        let mut builder = Builder { states: vec![State::Match], direction, counters: 0, room: *room };
        let start = builder.add(node, 0)?;
        *room = room.checked_sub(builder.states.len())?;
        let anchored = direction == Direction::Forward && node.starts_text();
        Some(Self { states: builder.states, start, direction, counters: builder.counters, anchored })
    }
}

/// Builds the states of a program from its end to its start: every state knows the next one.
struct Builder {
    states: Vec<State>,
    direction: Direction,
    counters: usize,
    room: usize,
}

impl Builder {
    fn push(&mut self, state: State) -> Option<usize> {
        self.states.push(state);
        (self.states.len() <= self.room).then_some(self.states.len() - 1)
    }

    /// Adds the states of a node that go on with `next`; the first of them, or `next` if it needs none.
    fn add(&mut self, node: &Node, next: usize) -> Option<usize> {
        match node {
            Node::Set(set) => self.push(State::Take { set: *set, next }),
            Node::Place(place) => self.push(State::Place(*place, next)),
            Node::Row(nodes) if self.direction == Direction::Forward => {
                nodes.iter().rev().try_fold(next, |next, node| self.add(node, next))
            }
            Node::Row(nodes) => nodes.iter().try_fold(next, |next, node| self.add(node, next)),
            Node::Either(nodes) => {
                let (last, others) = nodes.split_last()?;
                let entry = self.add(last, next)?;
                others.iter().rev().try_fold(entry, |entry, node| {
                    let other = self.add(node, next)?;
                    self.push(State::Split(other, entry))
                })
            }
            Node::Repeat(body, least, most) => self.repeat(body, *least, *most, next),
        }
    }

    fn repeat(&mut self, body: &Node, least: u32, most: u32, next: usize) -> Option<usize> {
        if let Node::Set(set) = *body
            && !matches!((least, most), (0, 1) | (0 | 1, UNBOUNDED))
        {
            self.counters += 1;
            return self.push(State::Count { set, least, most, counter: self.counters - 1, next });
        }
        if most == UNBOUNDED {
            let split = self.push(State::Split(next, next))?;
            let entry = self.add(body, split)?;
            self.states[split] = State::Split(entry, next);
            return match least {
                0 => Some(split),
                _ => self.copies(body, least - 1, entry),
            };
        }
        let mut entry = next;
        for _ in least..most {
            let longer = self.add(body, entry)?;
            if longer == entry {
                break; // empty, however often
            }
            entry = self.push(State::Split(longer, next))?;
        }
        self.copies(body, least, entry)
    }

    fn copies(&mut self, body: &Node, count: u32, mut next: usize) -> Option<usize> {
        for _ in 0..count {
            let entry = self.add(body, next)?;
            if entry == next {
                break; // empty, however often
            }
            next = entry;
        }
        Some(next)
    }
}

/// A walk of a program over a text.
struct Run<'r> {
    program: &'r Program,
    sets: &'r [Set],
    text: &'r [char],
    /// Where the looking groups match, one table each.
    tables: &'r [Vec<bool>],
    /// How many characters were taken.
    step: usize,
    /// The states that may take the next character.
    active: Vec<usize>,
    /// The step at which each state was last entered.
    entered: Vec<usize>,
    counters: Vec<Counter>,
    pending: Vec<usize>,
    matched: bool,
}

/// The counts at which a [`State::Count`] stands: all that began earlier are ahead of all that began later, and one
/// wrong character ends them all. So it is enough to keep the steps at which they began, the oldest first.
#[derive(Clone)]
struct Counter {
    began: VecDeque<usize>,
    /// The step for which its state is among the active ones.
    listed: usize,
}

const NEVER: usize = usize::MAX;

impl<'r> Run<'r> {
    fn new(program: &'r Program, sets: &'r [Set], text: &'r [char], tables: &'r [Vec<bool>]) -> Self {
        Self {
            program,
            sets,
            text,
            tables,
            step: 0,
            active: Vec::new(),
            entered: vec![NEVER; program.states.len()],
            counters: vec![Counter { began: VecDeque::new(), listed: NEVER }; program.counters],
            pending: Vec::new(),
            matched: false,
        }
    }

    fn position(&self) -> usize {
        match self.program.direction {
            Direction::Forward => self.step,
            Direction::Backward => self.text.len() - self.step,
        }
    }

    /// Whether there is a match.
    fn anywhere(self) -> bool {
        let mut matched = false;
        self.go(|_| {
            matched = true;
            true
        });
        matched
    }

    /// Whether a match ends, for every position.
    fn everywhere(self) -> Vec<bool> {
        let mut table = vec![false; self.text.len() + 1];
        self.go(|position| {
            table[position] = true;
            false
        });
        table
    }

    /// Walks, and tells every position at which a match ends, until told to stop.
    fn go(mut self, mut found: impl FnMut(usize) -> bool) {
        let mut spare = Vec::new();
        loop {
            if self.step == 0 || !self.program.anchored {
                self.enter(self.program.start);
            }
            if mem::take(&mut self.matched) && found(self.position()) {
                return;
            }
            if self.step == self.text.len() || self.program.anchored && self.active.is_empty() {
                return;
            }
            let c = match self.program.direction {
                Direction::Forward => self.text[self.step],
                Direction::Backward => self.text[self.position() - 1],
            };
            self.step += 1;
            let before = mem::replace(&mut self.active, spare);
            for state in &before {
                self.take(*state, c);
            }
            spare = before;
            spare.clear();
        }
    }

    /// Lets an active state take a character.
    fn take(&mut self, state: usize, c: char) {
        match self.program.states[state] {
            State::Take { set, next } if self.sets[set].contains(c) => self.enter(next),
            State::Count { set, least, most, counter, next } => {
                let counter = &mut self.counters[counter];
                let fits = self.sets[set].contains(c);
                if let Some(count) = counter.advance(fits, most, self.step) {
                    if counter.list(self.step) {
                        self.active.push(state);
                    }
                    if count >= least as usize {
                        self.enter(next);
                    }
                }
            }
            _ => {}
        }
    }

    /// Enters a state and all that it leads to without a character.
    fn enter(&mut self, state: usize) {
        self.pending.push(state);
        while let Some(state) = self.pending.pop() {
            if mem::replace(&mut self.entered[state], self.step) == self.step {
                continue;
            }
            match self.program.states[state] {
                State::Take { .. } => self.active.push(state),
                State::Count { least, counter, next, .. } => {
                    let counter = &mut self.counters[counter];
                    counter.began.push_back(self.step);
                    if counter.list(self.step) {
                        self.active.push(state);
                    }
                    if least == 0 {
                        self.pending.push(next);
                    }
                }
                State::Split(one, other) => self.pending.extend([other, one]),
                State::Place(place, next) if self.is_at(place) => self.pending.push(next),
                State::Place(..) => {}
                State::Match => self.matched = true,
            }
        }
    }

    fn is_at(&self, place: Place) -> bool {
        let position = self.position();
        match place {
            Place::Start => position == 0,
            Place::End => position == self.text.len(),
            Place::WordBoundary { negated } => {
                let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
                let before = position.checked_sub(1).and_then(|index| self.text.get(index)).is_some_and(word);
                (before != self.text.get(position).is_some_and(word)) != negated
            }
            Place::Look { index, negated } => self.tables[index][position] != negated,
        }
    }
}

impl Counter {
    /// Counts a character; the highest count that is still within `most`.
    fn advance(&mut self, fits: bool, most: u32, step: usize) -> Option<usize> {
        if !fits {
            // One that begins after this character may be there already.
            self.began.retain(|began| *began == step);
        }
        while self.began.front().is_some_and(|began| step - began > most as usize) {
            self.began.pop_front();
        }
        if most == UNBOUNDED {
            self.began.truncate(1);
        }
        self.began.front().map(|began| step - began)
    }

    /// Marks its state as active; whether it was not yet.
    fn list(&mut self, step: usize) -> bool {
        mem::replace(&mut self.listed, step) != step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formwork_facts::{Kind as Type, Shape};
    use std::collections::BTreeSet;

    #[test]
    fn texts_match_as_they_do_elsewhere() {
        const CASES: &[(&str, &str, bool)] = &[
            ("", "", true),
            ("", "a", true),
            ("b", "abc", true),
            ("^b", "abc", false),
            ("b$", "ab", true),
            ("^$", "", true),
            ("^$", "\n", false),
            ("a$", "a\n", false),
            (r"\Aab\Z", "ab", true),
            (r"\Aab\z", "abc", false),
            ("a|", "b", true),
            ("^(a|bc|)$", "bc", true),
            ("^(a|bc|)$", "b", false),
            ("^a$|^b$", "b", true),
            ("^(?:a)(?<name>b)(?P<other>c)(?>d)$", "abcd", true),
            ("^.$", "\n", false),
            (r"^(.|\n)$", "\n", true),
            ("^(?s).$", "\n", true),
            ("^.$", "é", true),
            // Classes.
            ("^[a-c-]+$", "a-c", true),
            ("^[a-c-e]+$", "-e", true),
            ("^[a-c-e]+$", "d", false),
            (r"^[\w-.]+$", "a-.", true),
            (r"^[+-\d]+$", "+-7", true),
            (r"^[+-\d]+$", ",", false),
            ("^[^a-c]$", "d", true),
            ("^[^a-c]$", "b", false),
            ("^[a[]$", "[", true),
            (r"^[\]\\^-]+$", r"]\^-", true),
            (r"^[\b]$", "\u{8}", true),
            (r"^\x41\u0042\u{43}\x{44}\0$", "ABCD\0", true),
            (r"^\t\n\v\f\r\.\/\-\_$", "\t\n\u{B}\u{C}\r./-_", true),
            (r"^[\u0020-\uFFFF]$", "\u{1F600}", true),
            (r"^[\uD800\uDC00-\uDBFF\uDFFF]$", "\u{1F600}", true),
            (r"^[\uD800\uDC00-\uDBFF\uDFFF]$", "a", false),
            (r"^\uD83D\uDE00$", "\u{1F600}", true),
            // Kinds.
            (r"^\d\w\s$", "1_ ", true),
            (r"^\D\W\S$", "1_ ", false),
            (r"^\d$", "١", false),
            (r"^\w$", "é", false),
            (r"^\s$", "\u{A0}", true),
            (r"^\S$", "\u{A0}", true),
            (r"^[^\s]$", "\u{A0}", true),
            (r"^[\s\S]$", "\u{A0}", true),
            (r"^[\p{L}\p{N}]+$", "aé字9²", true),
            (r"^[\p{L}\p{N}]+$", "-", false),
            (r"^\p{IsLetter}\pL\p{Lu}\p{Ll}$", "aBÉé", true),
            (r"^\p{P}\p{S}\p{Z}\p{Zs}$", "-+ \u{3000}", true),
            (r"^\p{P}$", "+", false),
            (r"^\p{S}$", "-", false),
            (r"^\p{S}+$", "€ⓐ", true),
            (r"^\p{M}$", "\u{301}", true),
            (r"^\p{M}$", "a", false),
            (r"^\P{C}$", "\n", false),
            (r"^\P{C}$", "字", true),
            (r"^[^\p{Cc}]$", "\u{85}", false),
            (r"^\p{ASCII}+$", "a\n", true),
            (r"^\p{ASCII}$", "é", false),
            (r"^\p{Graph}\p{Print}\p{Alnum}\p{Punct}$", "! 5$", true),
            // Quantifiers.
            ("^a{2}$", "aa", true),
            ("^a{2}$", "aaa", false),
            ("^a{2,}$", "aaaaa", true),
            ("^a{2,}$", "a", false),
            ("^a{2,3}?$", "aaa", true),
            ("^a{2,3}$", "aaaa", false),
            ("^a{0}b$", "b", true),
            ("^a*+b++c?+$", "aabb", true),
            ("^a{,b{}{x}$", "a{,b{}{x}", true),
            ("^(ab){2,3}$", "ababab", true),
            ("^(ab){2,3}$", "abababab", false),
            ("^(ab?){2,}$", "aba", true),
            ("^a{1,3}a{2}$", "aaa", true),
            ("^a{1,3}a{2}$", "aaaaaa", false),
            ("a{3}b", "aaaaab", true),
            ("xa{1,2}b", "xaaab", false),
            ("xa{2,}b", "xaxaab", true),
            ("^([a-z]{1,3}-?){2}$", "abcdef", true),
            ("^([a-z]{1,3}-?){2}$", "abcdefg", false),
            ("^([a-z]{2,3}-){2,}$", "ab-abc-ab-", true),
            ("^([a-z]{2,3}-){2,}$", "ab-a-", false),
            ("^[a-z][a-z0-9-]{1,61}[a-z0-9]$", "a-b", true),
            ("^[a-z][a-z0-9-]{1,61}[a-z0-9]$", "ab-", false),
            ("^a*b?a$", "aa", true),
            ("^(|a|b*){3}$", "bbb", true),
            ("^(^a*)*$", "aa", true),
            // Flags.
            ("^(?i)ab[c-d]$", "AbD", true),
            ("^(?i:a)b$", "Ab", true),
            ("^(?i:a)b$", "AB", false),
            ("^((?i)a)b$", "AB", false),
            ("^(?i)[^a]$", "A", false),
            ("^(?i)é$", "É", true),
            ("^(?i-s:[É])$", "é", true),
            // Places.
            (r"\bfoo\b", "a foo b", true),
            (r"\bfoo\b", "food", false),
            (r"o\B", "food", true),
            ("^(?!aws:)[a-z:]+$", "aws:x", false),
            ("^(?!aws:)[a-z:]+$", "awsx:", true),
            ("^(?=.{3,4}$)a+$", "aaaa", true),
            ("^(?=.{3,4}$)a+$", "aaaaa", false),
            (r"^(?=.*\d)(?=.*[a-z]).+$", "1a", true),
            (r"^(?=.*\d)(?=.*[a-z]).+$", "12", false),
            (r"^[a-z.]+(?<!\.)$", "a.b", true),
            (r"^[a-z.]+(?<!\.)$", "ab.", false),
            ("(?<=a)b", "cb", false),
            ("(?<=a{2})b", "aab", true),
            ("^((?!-)[a-z-]{1,3}(?<!-)/)+$", "a-b/c/", true),
            ("^((?!-)[a-z-]{1,3}(?<!-)/)+$", "a-b/c-/", false),
            (r"^(?!\s).$", "\u{A0}", true),
            ("^(?!(?!a).)", "ab", true),
            ("^(?!(?!a).)", "b", false),
            (r"^(?!.*\.\.)", "a..", false),
            (r"^a(?![\s\S])", "ab", false),
            ("(?=(?<=a)b)b", "ab", true),
        ];
        for (pattern, text, expected) in CASES {
            let compiled = Pattern::new(pattern).unwrap_or_else(|| panic!("{pattern} is not understood"));
            assert_eq!(compiled.is_match(text), *expected, "{pattern} in {text:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        const CASES: &str = r"
            ( ) (a a) [ [a []a] [^] [b-a] [a\ * a** a{2}{3} ^(+a) |? {2} a{3,2} a{,2} a{99999999999}
            \ (a)\1 \k<a> \Qa\E \cA \G \u12 \x{110000} \p{Greek} \p{L \p (?m)a (?x)a (?#a) (?<a (? [a&&b] [[:alpha:]]
            ((a{3}b){100}c){100} (a|b){1000}(((ab){500}){500}){500}";
        for pattern in CASES.split_whitespace() {
            assert!(Pattern::new(pattern).is_none(), "{pattern}");
        }
        assert!(Pattern::new(&"(".repeat(10_000)).is_none());
        assert!(Pattern::new(&format!("{}{}", "(?:".repeat(5_000), ")".repeat(5_000))).is_none());
    }

    #[test]
    fn every_published_pattern_is_understood() {
        // By how they begin.
        const REFUSED: &[(&str, &str)] = &[
            (r"^([\+-]?\d{4}(?!\d{2}))((-?)((0[1-9]|1[0-2])(\3", "refers back to a group"),
            (r"^([a-zA-Z0-9_\-=/]|\{satellite_id\}|", "900 copies of six words"),
            (r"^[\p{Print}&&[^|:/]]+$", "intersects classes, which Java alone does"),
        ];
        let patterns = published();
        assert!(patterns.len() > 2_000);
        let refused = |pattern: &&&str| Pattern::new(pattern).is_none();
        let refused: Vec<&str> = patterns.iter().filter(refused).copied().collect();
        for pattern in &refused {
            assert!(REFUSED.iter().any(|(start, _)| pattern.starts_with(start)), "{pattern}");
        }
        for (start, _) in REFUSED {
            assert!(
                refused.iter().any(|pattern| pattern.starts_with(start)),
                "{start} is understood or gone"
            );
        }
    }

    /// The distinct patterns of all facts.
    fn published() -> BTreeSet<&'static str> {
        let mut patterns = BTreeSet::new();
        for name in formwork_facts::services().flat_map(formwork_facts::types) {
            let resource_type = formwork_facts::resource_type(name).unwrap();
            let objects = resource_type.objects.iter().map(|object| &object.properties);
            for properties in objects.chain([&resource_type.properties]) {
                properties.all.iter().for_each(|property| patterns_of(&property.shape, &mut patterns));
            }
            resource_type.attributes.iter().for_each(|one| patterns_of(&one.shape, &mut patterns));
        }
        patterns
    }

    fn patterns_of(shape: &'static Shape, patterns: &mut BTreeSet<&'static str>) {
        patterns.extend(shape.pattern.as_deref());
        if let Type::List(item) | Type::Map(item) = &shape.kind {
            patterns_of(item, patterns);
        }
    }

    /// Each of these takes forever if ways are tried one after the other, or much memory if counts are written out.
    #[test]
    fn no_pattern_takes_exponential_time() {
        let long = "a".repeat(50_000);
        let cases = [
            ("(a+)+$", format!("{long}b"), false),
            ("(a*)*c", long.clone(), false),
            ("(a+a+)+b", long.clone(), false),
            ("^(([a-z])+.)+[A-Z]([a-z])+$", long.clone(), false),
            ("^(?!(a+)+b)(a|a)*$", long.clone(), true),
            ("[a-z]{1,4096}:", long.clone(), false),
            ("^[a-z]{0,65535}$", long.clone(), true),
            ("^(([a-z]{1,64}x?){1,64}){1,4}$", long.clone(), false),
            ("^([a-z]{1,4096}-?){0,10}$", long.clone(), false),
            ("^(a?){200}a{200}$", "a".repeat(300), true),
            ("^((){65535}){65535}$", String::new(), true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Pattern::new(pattern).unwrap().is_match(&text), expected, "{pattern}");
        }
    }

    #[test]
    fn counters_agree_with_copies() {
        let mut random = Random(7);
        let mut matches = 0;
        for _ in 0..2_000 {
            let (least, more) = (random.below(4), random.below(4));
            let most = least + more;
            let tail = ["", "a", "b?a", "(?=b)", "(ab){1,2}"][random.below(5)];
            let counted = format!("^(b?a{{{least},{most}}}{tail})+$");
            // A group that is no set has no counter.
            let copied = format!("^(b?(a(?=[ab]|$)){{{least},{most}}}{tail})+$");
            let text: String = (0..random.below(12)).map(|_| ['a', 'a', 'b'][random.below(3)]).collect();
            let [one, other] =
                [&counted, &copied].map(|pattern| Pattern::new(pattern).unwrap().is_match(&text));
            assert_eq!(one, other, "{counted} in {text}");
            matches += usize::from(one);
        }
        assert!((200..1_800).contains(&matches), "{matches}");
    }

    #[test]
    fn any_text_is_a_pattern_or_none() {
        const PARTS: &str = r"
            a b - é 😀 ( ) (?: (?= (?! (?<! (?<n> (?i) (? [ [^ ] | * + ? { } {2} {1,3} {0,} , 2 ^ $ . \ \d \S \p{L} \P
            \u00 \uD83D \uDE00 \x4 \b \1 && : < > = !";
        let parts: Vec<&str> = PARTS.split_whitespace().collect();
        let mut random = Random(1);
        let mut understood = 0;
        for _ in 0..20_000 {
            let pattern: String = (0..random.below(10)).map(|_| parts[random.below(parts.len())]).collect();
            if let Some(compiled) = Pattern::new(&pattern) {
                understood += 1;
                for text in ["", "a", "ab-2é\u{1F600}b", &pattern] {
                    compiled.is_match(text);
                }
            }
        }
        assert!(understood > 2_000, "{understood}");
    }

    /// Numbers that look random and are the same in every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % bound as u64) as usize
        }
    }
}
