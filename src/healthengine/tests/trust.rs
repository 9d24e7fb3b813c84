//! TLS by a real handshake: a server with a certificate of its own authority.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::server::{client, open, refusal, settings};
use crate::healthengine::{Healthengine, Verdict};

/// One element of DER, with the length that its content needs.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let mut result = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 128 => result.push(short),
        Ok(long) => result.extend([0x81, long]),
        Err(_) => {
            result.push(0x82);
            result.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    result.extend(content);
    result
}

const SEQUENCE: u8 = 0x30;
const ECDSA_WITH_SHA256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const EC_PUBLIC_KEY: [u8; 9] = [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const COMMON_NAME: [u8; 5] = [6, 3, 0x55, 4, 3];
const BASIC_CONSTRAINTS: [u8; 5] = [6, 3, 0x55, 0x1d, 0x13];
const ALTERNATIVE_NAME: [u8; 5] = [6, 3, 0x55, 0x1d, 0x11];
const TRUE: [u8; 3] = [1, 1, 0xff];

struct Key {
    pkcs8: Vec<u8>,
    pair: EcdsaKeyPair,
}

fn key() -> Key {
    let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref()).unwrap();
    let pkcs8 = pkcs8.as_ref().to_vec();
    Key { pkcs8, pair }
}

fn certificate(subject: &str, key: &Key, issuer: &str, signer: &Key, extension: &[u8]) -> Vec<u8> {
    let name = |name: &str| {
        let attribute = der(SEQUENCE, &[&COMMON_NAME, &der(0x0c, &[name.as_bytes()])]);
        der(SEQUENCE, &[&der(0x31, &[&attribute])])
    };
    let algorithm = der(SEQUENCE, &[&ECDSA_WITH_SHA256]);
    let validity = der(
        SEQUENCE,
        &[
            &der(0x17, &[b"200101000000Z"]),
            &der(0x18, &[b"21200101000000Z"]),
        ],
    );
    let point = der(3, &[&[0], key.pair.public_key().as_ref()]);
    let public_key = der(
        SEQUENCE,
        &[&der(SEQUENCE, &[&EC_PUBLIC_KEY, &P256]), &point],
    );
    let extensions = der(0xa3, &[&der(SEQUENCE, &[extension])]);
    let body = der(
        SEQUENCE,
        &[
            &der(0xa0, &[&[2, 1, 2]]),
            &[2, 1, 1],
            &algorithm,
            &name(issuer),
            &validity,
            &name(subject),
            &public_key,
            &extensions,
        ],
    );
    let signature = signer.pair.sign(&SystemRandom::new(), &body).unwrap();
    let signature = der(3, &[&[0], signature.as_ref()]);
    der(SEQUENCE, &[&body, &algorithm, &signature])
}

/// The extension that makes a certificate an authority's.
fn constraint() -> Vec<u8> {
    let yes = der(4, &[&der(SEQUENCE, &[&TRUE])]);
    der(SEQUENCE, &[&BASIC_CONSTRAINTS, &TRUE, &yes])
}

fn pem(certificate: &[u8]) -> String {
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(certificate)
    )
}

struct Listener {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.tcp.accept().await.unwrap();
            // A client that does not trust this server ends the handshake.
            if let Ok(stream) = self.tls.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// A TLS server, and the certificate of its authority as PEM.
async fn start(tasks: &mut JoinSet<()>) -> (String, String) {
    let (authority, own) = (key(), key());
    let root = certificate("Test CA", &authority, "Test CA", &authority, &constraint());
    let names = der(4, &[&der(SEQUENCE, &[&der(0x87, &[&[127, 0, 0, 1]])])]);
    let names = der(SEQUENCE, &[&ALTERNATIVE_NAME, &names]);
    let leaf = certificate("Test server", &own, "Test CA", &authority, &names);
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(leaf)],
            PrivatePkcs8KeyDer::from(own.pkcs8).into(),
        )
        .unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/v1", tcp.local_addr().unwrap());
    let tls = TlsAcceptor::from(Arc::new(config));
    let router = Router::new().fallback(|| async { r#"["bookings"]"# });
    tasks.spawn(async move { axum::serve(Listener { tcp, tls }, router).await.unwrap() });
    (address, pem(&root))
}

#[tokio::test]
async fn a_server_is_trusted_with_the_extra_ca_and_refused_without_it() {
    let mut tasks = JoinSet::new();
    let (address, pem) = start(&mut tasks).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();

    let mut trusting = settings(&address);
    trusting.extra_ca = Some(path);
    let kinds = client(&trusting).fetch_requests().await.unwrap();
    assert_eq!(kinds.len(), 1);

    // Another authority's certificate, so that the machine needs no CA bundle for this test.
    let stranger = folder.path().join("stranger.pem");
    let (_, other) = start(&mut tasks).await;
    std::fs::write(&stranger, other).unwrap();
    let mut wary = settings(&address);
    wary.extra_ca = Some(stranger);
    let error = client(&wary).fetch_requests().await.unwrap_err();
    assert_eq!(error.verdict, Verdict::NotSent);
    assert!(error.detail.contains("certificate"), "{error}");
}

#[test]
fn an_extra_ca_file_that_cannot_be_used_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let mut settings = settings("https://he.example");
    settings.extra_ca = Some(path.clone());
    assert!(refusal(&settings).contains("ca.pem cannot be used"));
    std::fs::write(&path, "no certificate").unwrap();
    assert!(refusal(&settings).ends_with("it holds no PEM certificate"));
}

#[test]
fn a_system_without_a_ca_bundle_is_told_what_to_install() {
    let nowhere = "/dev/null";
    if std::env::var_os("SSL_CERT_FILE").is_none_or(|file| file != nowhere) {
        // The bundle is found through the environment, which only another process can change.
        let name =
            "healthengine::tests::trust::a_system_without_a_ca_bundle_is_told_what_to_install";
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env("SSL_CERT_FILE", nowhere)
            .env("SSL_CERT_DIR", nowhere)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(said.contains("1 passed"), "{child:?}");
        return;
    }
    assert!(refusal(&settings("https://he.example")).contains("install its CA bundle"));
    open(&settings("http://127.0.0.1:1"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let authority = key();
    let root = certificate("Test CA", &authority, "Test CA", &authority, &constraint());
    std::fs::write(&path, pem(&root)).unwrap();
    let mut trusting = settings("https://he.example");
    trusting.extra_ca = Some(path);
    open(&trusting);
}
