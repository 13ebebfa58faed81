//! TLS on the receiver's TCP doors, when there is a certificate.
//!
//! The handshake is not done where connections are accepted, which would let one slow client keep all others out, but by the
//! connection itself when it is first read or written. The bounds of `connection` are over it: to them a connection is quiet until the
//! first byte of a request has been decrypted.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Timeout;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

use super::counters::Counters;

/// For a handshake to be done: clients do theirs in milliseconds, and over any network in a second or two.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Where the certificate and its key are: PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and behind it those between it and the authority.
    pub cert: PathBuf,
    /// Its private key: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is no PEM of its kind.
    #[error("cannot read the {what} in `{}`", path.display())]
    Read {
        /// What should be in it.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: pem::Error,
    },
    /// The file holds none.
    #[error("there is no certificate in `{}`", .0.display())]
    Empty(PathBuf),
    /// What is in the files cannot be used, or not together.
    #[error("the certificate in `{}` and the private key in `{}` cannot be used together", files.cert.display(), files.key.display())]
    Unusable {
        /// The files.
        files: TlsFiles,
        /// Why not.
        source: rustls::Error,
    },
}

impl TlsFiles {
    /// Reads both, and whether they belong together. HTTP/2 is offered before HTTP/1.1 (ALPN, RFC 7301).
    pub(super) fn load(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let unreadable = |what, path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::Read { what, path, source }
        };
        let certificates: Vec<_> = CertificateDer::pem_file_iter(&self.cert)
            .and_then(Iterator::collect)
            .map_err(unreadable("certificate", &self.cert))?;
        if certificates.is_empty() {
            return Err(TlsError::Empty(self.cert.clone()));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(unreadable("private key", &self.key))?;
        let mut config = ServerConfig::builder_with_provider(crate::tls::provider())
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
            .map_err(|source| TlsError::Unusable { files: self.clone(), source })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// The bytes of a connection, with or without TLS.
#[derive(Debug)]
pub(super) enum Stream {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
    /// Encrypted as soon as the two sides have agreed how.
    Handshake(Handshake),
}

/// A handshake that has begun.
pub(super) struct Handshake {
    agreed: Pin<Box<Timeout<Accept<TcpStream>>>>,
    counters: Arc<Counters>,
}

impl std::fmt::Debug for Handshake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handshake").finish_non_exhaustive()
    }
}

impl Stream {
    pub(super) fn new(stream: TcpStream, tls: Option<&Arc<ServerConfig>>, counters: &Arc<Counters>) -> Self {
        match tls {
            None => Self::Plain(stream),
            Some(config) => Self::Handshake(Handshake {
                agreed: Box::pin(tokio::time::timeout(HANDSHAKE_TIME, TlsAcceptor::from(Arc::clone(config)).accept(stream))),
                counters: Arc::clone(counters),
            }),
        }
    }

    /// Ready when bytes can pass: goes on with the handshake where there is one.
    fn poll_agreed(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Self::Handshake(handshake) = self {
            let agreed = ready!(handshake.agreed.as_mut().poll(cx)).unwrap_or_else(|late| Err(late.into()));
            match agreed {
                Ok(stream) => *self = Self::Encrypted(Box::new(stream)),
                Err(error) => {
                    handshake.counters.tls_failures.one();
                    tracing::debug!(%error, "a TLS handshake failed");
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// What bytes pass through, once [`poll_agreed`](Self::poll_agreed) is ready.
    fn inner(&mut self) -> Pin<&mut dyn Both> {
        match self {
            Self::Plain(stream) => Pin::new(stream),
            Self::Encrypted(stream) => Pin::new(stream.as_mut()),
            Self::Handshake(_) => unreachable!("the handshake is over"),
        }
    }
}

trait Both: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Both for T {}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_agreed(cx))?;
        self.inner().poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_agreed(cx))?;
        self.inner().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_agreed(cx))?;
        self.inner().poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        // Both ways of it can.
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_agreed(cx))?;
        self.inner().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Self::Handshake(_) = *self {
            // Nothing was said that has to be finished: dropping closes the connection.
            return Poll::Ready(Ok(()));
        }
        self.inner().poll_shutdown(cx)
    }
}
