//! Documents that go from the PMS to Healthengine, and answers to those that go the other way.

use serde_json::Value;

use crate::sandbox::base64;
use crate::sandbox::fields::{Fields, Read, list};

const METADATA: [&str; 9] = [
    "bookingId",
    "pmsDocumentId",
    "documentType",
    "documentName",
    "documentDescription",
    "documentFormat",
    "documentSize",
    "createdAt",
    "updatedAt",
];

/// Which document of which booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct DocumentRef {
    pub(in crate::sandbox) booking: i64,
    pub(in crate::sandbox) document: String,
}

/// Reads a list of available documents.
pub(in crate::sandbox) fn read_available(body: &Value) -> Read<Vec<DocumentRef>> {
    let mut documents: Vec<DocumentRef> = Vec::new();
    for (path, member) in list(body, "")? {
        let fields = Fields::of(member, &path, &METADATA)?;
        let (document, _size) = read_metadata(&fields)?;
        if documents
            .iter()
            .any(|other| other.document == document.document)
        {
            return Err(fields.broken("pmsDocumentId", "must be unique"));
        }
        documents.push(document);
    }
    Ok(documents)
}

/// Reads a document with its content; the answer holds the content's length in bytes.
pub(in crate::sandbox) fn read_upload(body: &Value) -> Read<(DocumentRef, usize)> {
    let mut known = METADATA.to_vec();
    known.push("documentContent");
    let fields = Fields::of(body, "", &known)?;
    let (document, size) = read_metadata(&fields)?;
    let content = base64::decode(fields.text("documentContent")?)
        .ok_or_else(|| fields.broken("documentContent", "must be base64"))?;
    let length = i64::try_from(content.len()).unwrap_or(i64::MAX);
    if size.is_some_and(|size| size != length) {
        return Err(fields.broken("documentSize", "must be the content's length in bytes"));
    }
    Ok((document, content.len()))
}

fn read_metadata(fields: &Fields<'_>) -> Read<(DocumentRef, Option<i64>)> {
    let document = DocumentRef {
        booking: fields.integer("bookingId", 1, i64::MAX)?,
        document: fields.id("pmsDocumentId")?.to_owned(),
    };
    if fields.optional_text("documentType")?.is_some() {
        fields.word("documentType", &["scripts", "referral"])?;
    }
    fields.optional_text("documentName")?;
    fields.optional_text("documentDescription")?;
    if let Some(format) = fields.optional_text("documentFormat")?
        && !is_mime(format)
    {
        return Err(fields.broken("documentFormat", "must be a MIME type"));
    }
    fields.optional_timestamp("createdAt")?;
    fields.optional_timestamp("updatedAt")?;
    let size = fields.optional_integer("documentSize", 0, i64::MAX)?;
    Ok((document, size))
}

fn is_mime(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    text.split_once('/')
        .is_some_and(|(kind, rest)| word(kind) && word(rest) && !rest.contains('/'))
}

/// Reads the body of `rejectUpload`.
pub(in crate::sandbox) fn read_reject_upload(body: &Value) -> Read<DocumentRef> {
    let fields = Fields::of(body, "", &["bookingId", "pmsDocumentId", "reason"])?;
    fields.nullable_text("reason")?;
    Ok(DocumentRef {
        booking: fields.integer("bookingId", 1, i64::MAX)?,
        document: fields.id("pmsDocumentId")?.to_owned(),
    })
}

/// Reads the body of an attached document's `confirmInsert`.
pub(in crate::sandbox) fn read_confirm_attach(body: &Value) -> Read<Option<String>> {
    let fields = Fields::of(body, "", &["pmsDocumentId"])?;
    Ok(fields.nullable_text("pmsDocumentId")?.map(str::to_owned))
}
