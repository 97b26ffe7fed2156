//! The versions and ciphers of TLS that a listener speaks.

/// Which versions of TLS a listener speaks, and with which ciphers.
// docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsPolicy {
    /// TLS 1.3 and 1.2, with forward secrecy and authenticated ciphers only.
    #[default]
    Tls12,
    /// The same, also with keys that a quantum computer does not break, for clients that speak them.
    Tls12PostQuantum,
    /// TLS 1.3 and 1.2, with the ciphers that FIPS 140-3 takes.
    Tls12Fips,
    /// TLS 1.3 alone.
    Tls13,
    /// TLS 1.3 alone, also with keys that a quantum computer does not break.
    Tls13PostQuantum,
    /// TLS 1.3 alone, with the ciphers that FIPS 140-3 takes.
    Tls13Fips,
    /// Weaker: TLS 1.3 and 1.2, also with ciphers that have no forward secrecy.
    Tls12WithOutdatedCiphers,
    /// Weaker: back to TLS 1.0, for clients of more than ten years ago.
    OutdatedTls10,
    /// Another policy, by its name.
    Named(String),
}

impl TlsPolicy {
    /// The name that Elastic Load Balancing has for it.
    pub fn name(&self) -> &str {
        match self {
            Self::Tls12 => "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            Self::Tls12PostQuantum => "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
            Self::Tls12Fips => "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
            Self::Tls13 => "ELBSecurityPolicy-TLS13-1-3-2021-06",
            Self::Tls13PostQuantum => "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
            Self::Tls13Fips => "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
            Self::Tls12WithOutdatedCiphers => "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
            Self::OutdatedTls10 => "ELBSecurityPolicy-TLS13-1-0-2021-06",
            Self::Named(name) => name,
        }
    }

    /// Whether the name of the choice says already that it is a weak one.
    pub(super) fn is_named_weak(&self) -> bool {
        matches!(self, Self::Tls12WithOutdatedCiphers | Self::OutdatedTls10)
    }
}
