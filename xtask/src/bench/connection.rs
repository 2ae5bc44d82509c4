//! One HTTP/1.1 connection that is kept alive: small on purpose, so that the load generator takes little of the machine.

use std::collections::BTreeMap;
use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to a loopback port; it connects anew when the other side has closed it.
pub struct Connection {
    port: u16,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, Vec<String>>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name, in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|values| values.first()).map(String::as_str)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A request as bytes, to be sent as often as one likes.
pub fn request(method: &str, path: &str, port: u16, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if method != "GET" {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

impl Connection {
    pub const fn new(port: u16) -> Self {
        Self { port, stream: None, buffer: Vec::new() }
    }

    /// Sends a request and reads its answer.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<Answer> {
        let fresh = self.stream.is_none();
        match self.send_once(request).await {
            // A kept connection may have been closed while it was idle.
            Err(_) if !fresh => {
                self.stream = None;
                self.send_once(request).await
            }
            answer => answer,
        }
    }

    /// Sends a request and reads its answer as far as its status and its length: for loads, where the generator must take as
    /// little of the machine as it can.
    pub async fn status(&mut self, request: &[u8]) -> io::Result<u16> {
        let mut stream = self.connected().await?;
        stream.write_all(request).await?;
        self.buffer.clear();
        let head_end = read_head(&mut stream, &mut self.buffer).await?;
        let head = self.buffer.get(..head_end).unwrap_or_default();
        let status = head.get(9..12).and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| code.parse().ok());
        let status: u16 = status.ok_or(io::ErrorKind::InvalidData)?;
        let named = [&b"\r\ncontent-length: "[..], b"\r\nContent-Length: "];
        let length = match named.iter().find_map(|name| find(head, name)) {
            Some(at) => number(head.get(at + 18..).unwrap_or_default()),
            None if status == 204 => 0,
            None => return Err(io::ErrorKind::Unsupported.into()),
        };
        while self.buffer.len() < head_end + length {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.stream = Some(stream);
        Ok(status)
    }

    async fn connected(&mut self) -> io::Result<TcpStream> {
        if let Some(stream) = self.stream.take() {
            return Ok(stream);
        }
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn send_once(&mut self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = self.connected().await?;
        stream.write_all(request).await?;
        self.buffer.clear();
        let head_end = read_head(&mut stream, &mut self.buffer).await?;
        let head = String::from_utf8_lossy(self.buffer.get(..head_end).unwrap_or_default()).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let status = status.ok_or(io::ErrorKind::InvalidData)?;
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            headers.entry(name.to_ascii_lowercase()).or_default().push(value.trim().to_owned());
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        if answer.header("transfer-encoding") == Some("chunked") {
            self.read_chunks(&mut stream, head_end, &mut answer).await?;
        } else {
            let length: usize = answer.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            while self.buffer.len() < head_end + length {
                if stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            answer.body = self.buffer.get(head_end..head_end + length).unwrap_or_default().to_vec();
        }
        if answer.header("connection") != Some("close") {
            self.stream = Some(stream);
        }
        Ok(answer)
    }

    async fn read_chunks(&mut self, stream: &mut TcpStream, start: usize, answer: &mut Answer) -> io::Result<()> {
        let mut at = start;
        loop {
            let line_end = loop {
                if let Some(found) = find(self.buffer.get(at..).unwrap_or_default(), b"\r\n") {
                    break at + found;
                }
                if stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            };
            let size = String::from_utf8_lossy(self.buffer.get(at..line_end).unwrap_or_default()).into_owned();
            let size = usize::from_str_radix(size.trim(), 16).map_err(|_| io::ErrorKind::InvalidData)?;
            let end = line_end + 2 + size + 2;
            while self.buffer.len() < end {
                if stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            if size == 0 {
                return Ok(());
            }
            answer.body.extend_from_slice(self.buffer.get(line_end + 2..end - 2).unwrap_or_default());
            at = end;
        }
    }
}

/// Reads until the end of the head; returns where that is.
async fn read_head(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<usize> {
    loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            return Ok(at + 4);
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The number that `text` begins with.
fn number(text: &[u8]) -> usize {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let mut from = 0;
    loop {
        let at = from + haystack.get(from..)?.iter().position(|byte| byte == first)?;
        if haystack.get(at + 1..)?.starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}
