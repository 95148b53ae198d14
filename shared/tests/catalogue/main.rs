//! Writing the catalogue.

mod write;
