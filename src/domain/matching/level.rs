//! How far two fields agree.

/// How far two fields agree, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// The same once formatting is put aside.
    Exact,
    /// The same thing said otherwise: a nickname, half a compound surname, day and month exchanged.
    Variant,
    /// A slip of the keyboard apart.
    Close,
    /// Something in common, which chance explains as well.
    Loose,
    /// Nothing in common.
    Different,
    /// One side does not say.
    Missing,
}

impl Level {
    /// Whether the fields are held to say the same.
    pub(super) const fn agrees(self) -> bool {
        match self {
            Self::Exact | Self::Variant | Self::Close => true,
            Self::Loose | Self::Different | Self::Missing => false,
        }
    }

    /// Whether the fields say the same without a slip.
    pub(super) const fn is_sure(self) -> bool {
        match self {
            Self::Exact | Self::Variant => true,
            Self::Close | Self::Loose | Self::Different | Self::Missing => false,
        }
    }
}
