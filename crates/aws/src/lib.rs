//! Typed resources of all AWS services, and the small types that their properties need.
