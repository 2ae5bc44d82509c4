//! What `openssl` 3 made and asked: that both sides of the wire understand each other.
//!
//! The keys were thrown away. To make such files again, in a shell (`bash`):
//!
//! ```text
//! new() { openssl req -new -newkey rsa:2048 -nodes -keyout $1.key -out $1.csr -subj "/O=Example Health/CN=$2"; }
//! new root "Example Root"; new card 555000111222; new signer "Example Responder"
//! openssl x509 -req -in root.csr -signkey root.key -days 36500 -set_serial 1 -out root.pem \
//!   -extfile <(printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n')
//! openssl x509 -req -in card.csr -CA root.pem -CAkey root.key -days 36500 -set_serial 0x8001020304 -out card.pem \
//!   -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n%s\n' \
//!     'authorityInfoAccess=OCSP;URI:http://ocsp.example.org/')
//! openssl x509 -req -in signer.csr -CA root.pem -CAkey root.key -days 36500 -set_serial 3 -out signer.pem \
//!   -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n')
//! openssl ocsp -issuer root.pem -cert card.pem -no_nonce -reqout request.der
//! entry='\t8001020304\tunknown\t/O=Example Health/CN=555000111222\n'
//! printf "V\t21260101000000Z\t$entry" > index.txt
//! openssl ocsp -index index.txt -CA root.pem -rsigner signer.pem -rkey signer.key -reqin request.der \
//!   -ndays 36500 -respout good.der
//! printf "R\t21260101000000Z\t260901000000Z$entry" > index.txt
//! openssl ocsp -index index.txt -CA root.pem -rsigner signer.pem -rkey signer.key -reqin request.der \
//!   -ndays 36500 -respout revoked.der
//! printf '%s\n' '[ca]' default_ca=it '[it]' database=index.txt crlnumber=number.txt default_md=sha256 \
//!   crl_extensions=ext '[ext]' authorityKeyIdentifier=keyid > ca.conf
//! echo 01 > number.txt
//! openssl ca -config ca.conf -gencrl -crldays 36500 -cert root.pem -keyfile root.key -out list.pem
//! ```

use data_encoding::BASE64;

use super::testing::rules_of;
use super::{Card, Grace, RevocationList, RevocationRules, Standing, StatusSource, inspect};
use crate::time::Timestamp;

/// In the year 2030.
const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);

const ROOT: &str = "\
    MIIDHzCCAgegAwIBAgIBATANBgkqhkiG9w0BAQsFADAwMRcwFQYDVQQKDA5FeGFtcGxlIEhlYWx0aDEVMBMGA1UEAwwMRXhhbXBsZSBSb290MCAX\
    DTI2MTEyMjIzNTM0N1oYDzIxMjYxMDI5MjM1MzQ3WjAwMRcwFQYDVQQKDA5FeGFtcGxlIEhlYWx0aDEVMBMGA1UEAwwMRXhhbXBsZSBSb290MIIB\
    IjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvVhDs9lRIZxet1b1b7wIwL645bJiD3bWl3IzNQDjxgTjptDEJ6KbdiIoFiGVtVmPhV964ucN\
    pykcIAbLEH0/AIN++5byiMN6tLtmgJuxub6XCniJXHkIK87CYnDRr8M31S4hBeap4ZR6842AurhIK+udToXXfoCm0svQbTBBodAhHx56cdS/uTxL\
    /rDW9+qBhnq/sXnUePhojNLCodQISMbKzLpKD/9TTl8LuErlCCkukiTEuFky3MsyS1EipU3Q4DAoFdLp23IFEIGcz/iYaLHYWKvxp88RQWs3SEkU\
    Ncwb3kjhHm3ScSiQpdFWCIOxj8CGE/uzne2gOxrtITSv9wIDAQABo0IwQDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4E\
    FgQUo9ve7HX9csjRop/asKIwRh4sIsIwDQYJKoZIhvcNAQELBQADggEBAHbRn5JKN20zpoGVV0YAcP7rEH/PPbL2g8HK51CslOxKTIyqikDZDta3\
    hm9ds/9JXO4DsWf1/24NwPZjmtpfD3OFNsYy9eqKga50yvN0sd7xdjUjsCNKVZCvKdgzdXUa3ThoogIKoESoZFOJKyFRrOfDpxnmKqoOaG9u24R7\
    3z+qCwvydfV2pkGfEy5H/BBJlkfyYAwL1IWyz9QF9d6Tj4Es95NCPEeliEeKoAusrVsK1cMJbKxm+Te+IKdH6MV4WThQ0Tq8khKCZKJAI9t8MX/E\
    xiw0zfQ6wnUaNLu9lNp9rJR6z2uvWJ3bLck5973+LIxCVG22Uymcr7d2dFwzxC8=";

const CARD: &str = "\
    MIIDgTCCAmmgAwIBAgIGAIABAgMEMA0GCSqGSIb3DQEBCwUAMDAxFzAVBgNVBAoMDkV4YW1wbGUgSGVhbHRoMRUwEwYDVQQDDAxFeGFtcGxlIFJv\
    b3QwIBcNMjYxMTIyMjM1MzQ4WhgPMjEyNjEwMjkyMzUzNDhaMDAxFzAVBgNVBAoMDkV4YW1wbGUgSGVhbHRoMRUwEwYDVQQDDAw1NTUwMDAxMTEy\
    MjIwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDyVJaE8ajF+XaBx39pUSDyWVmIMpmjkyE25/YbDzAv1egcAIr9zYY4JL4fsEu4JLKT\
    f/7hgXGHZPOI/cL4O3wt/Ot1QFE0YkoqR7d9IYQ4v1Y0tZImjbaRol2fv0/Ed2ctIn+5nTxPxB4Se7/1D1wufeSd0JMIzy5W+M3HoNix1hRLsynC\
    sRde1nJ63fPWeSGKKHZO0SwWgl2czyYvAznhXKSUnFcyXxCY20eZawN8Z6lRG5leD5TYClIJLWXLcIYrhZHHGeIBtZCtoeUH+RwVFkJNxVdFqI3d\
    tNFFK3pWla7GKvHjfCpNLCRwOiaV/1RI+GByfnHh9tZusNoI2NcdAgMBAAGjgZ4wgZswDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUF\
    BwMCMDQGCCsGAQUFBwEBBCgwJjAkBggrBgEFBQcwAYYYaHR0cDovL29jc3AuZXhhbXBsZS5vcmcvMB0GA1UdDgQWBBTNLdIUwr+D/jNwJe4e+iSF\
    31iRYTAfBgNVHSMEGDAWgBSj297sdf1yyNGin9qwojBGHiwiwjANBgkqhkiG9w0BAQsFAAOCAQEAU86U7nNh5WPqUKiBwmBqCf77WOXSCI+5D9WE\
    C8G4YsjqPvPrcbSComFQW/OeH//uytEfzpZdyVf1HMkq0obL9oqakXTHdf3n+0YLCq2+rHzKnCn6NLonkc4FWtdRRPu6t9K8ebZqRYReBFtRoxFL\
    mBSnGEXJeyvSkW2s1M95cSvqF+QQtorlWGY9717F1qBiIbsSCSOS6ga/vuxNLgXt3huNcR2p5Lq7Dl7rSetJ5X9nI/s5vClltTWkcKn3efAjfykv\
    jl2suOsRdb7J9sfQFiJG/Az8fc+0h3eAf8IZKreY8GcEt82YoB8kSQEPaXFlJPpNsNo9Bp5uuyWt9HtKSg==";

const REQUEST: &str = "\
    MEcwRTBDMEEwPzAJBgUrDgMCGgUABBQvB9RYWfJslxS0t1IgdkbA4BcLHgQUo9ve7HX9csjRop/asKIwRh4sIsICBgCAAQIDBA==";

const GOOD: &str = "\
    MIIFUAoBAKCCBUkwggVFBgkrBgEFBQcwAQEEggU2MIIFMjCBtaE3MDUxFzAVBgNVBAoMDkV4YW1wbGUgSGVhbHRoMRowGAYDVQQDDBFFeGFtcGxl\
    IFJlc3BvbmRlchgPMjAyNjExMjIyMzUzNDhaMGkwZzA/MAkGBSsOAwIaBQAEFC8H1FhZ8myXFLS3UiB2RsDgFwseBBSj297sdf1yyNGin9qwojBG\
    HiwiwgIGAIABAgMEgAAYDzIwMjYxMTIyMjM1MzQ4WqARGA8yMTI2MTAyOTIzNTM0OFowDQYJKoZIhvcNAQELBQADggEBADSZSxJEeB6B8E8KEiuS\
    jJbVjT65uCbgKutwtENes/SPZ2Yc2oy3pXte2IwyZy6Thp3R0TJ7qvSsYS7bTdBfFs7p3Mmqzy1bPly+aiBbQr3JV9rCZO7CDiEZ6HMrCnSKd7kb\
    cGpjyG+vw9NAdkGRom21ZoFFcfFjHAfQihjcStEw3gTuhNGuEyMIz2NzljecQg6UT5R5hutlJf9Vdl4vTsvUoTvVZdJQSfmaDYIbOkl5Ibkf3dxV\
    UghWPykY+05BXXMY0JY6OLQjhXK5x3I8KVEecZrt7c6bG5Mw8I14xTpkZdJ4tPLm0CLMNSsZVFjwb3lyQRFaLUb6hiMaAdneczqgggNiMIIDXjCC\
    A1owggJCoAMCAQICAQMwDQYJKoZIhvcNAQELBQAwMDEXMBUGA1UECgwORXhhbXBsZSBIZWFsdGgxFTATBgNVBAMMDEV4YW1wbGUgUm9vdDAgFw0y\
    NjExMjIyMzUzNDhaGA8yMTI2MTAyOTIzNTM0OFowNTEXMBUGA1UECgwORXhhbXBsZSBIZWFsdGgxGjAYBgNVBAMMEUV4YW1wbGUgUmVzcG9uZGVy\
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0Go71swGokU7G6bRvK+rDuEnMqpw2Bna269xNpz4KxwyIGXm5qX+G2G8fy0C6Bgiqi2c\
    itaFdCHVZKeo/KeR8Loekb9SVs2OGQDc5+XPvl4EwzhjN6VEHXEtHhUfsqkthn3UdFoZcfszH0gu3Tuj3j/B0KZ+FJdscpetsKc14s0QbO2Pa+U5\
    Ff5R7lIpd/XJietCnAFn3rUolmmh2NVJz5cJJY7rxNc3xj7Dm5KntXW62nIJ0OSrKmqpCt+E4tAfU633qMDRRudSqcQdB4TJfkXrfX2wIuPbvlmT\
    ojblrpZ/I0rm5uw8QPMykS48ImOaLWCDKIN6Vx4jBjrzmWbJlQIDAQABo3gwdjAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwkw\
    DwYJKwYBBQUHMAEFBAIFADAdBgNVHQ4EFgQUQ1DQqrTiwA9m3dFCqb6rjtgJAm8wHwYDVR0jBBgwFoAUo9ve7HX9csjRop/asKIwRh4sIsIwDQYJ\
    KoZIhvcNAQELBQADggEBAGSjF6oyflCyDWmZ93Jwu0BIJY3NrawZv5Klcuxx+6JNJbIBL8787TVXKrhcVASuWte9RrR+CFfAwrLZvozDS74InTHF\
    SStXsI95ihXbH9aAAk34ktNY1DDtSvByyarOCNM3b4poZkrd/hP8qG+veLUiqcemtNrRV7MnYjE9a2JE9tlSh2phCSdwHL1POaEfh5gtDdPabfnQ\
    8SsZysd6mYVyzLh+AdGeEo+jQ7w1cJ3xNUKn3lK6LtX+pwAortwWYse6nAxy+Un7E6EvTUBRDvy5yjSEcGlMfryomIdw3Zb4wm8tjN3Eub5RCb0T\
    RsrepIr2pJr03CyMONixyTkbAis=";

const REVOKED: &str = "\
    MIIFYQoBAKCCBVowggVWBgkrBgEFBQcwAQEEggVHMIIFQzCBxqE3MDUxFzAVBgNVBAoMDkV4YW1wbGUgSGVhbHRoMRowGAYDVQQDDBFFeGFtcGxl\
    IFJlc3BvbmRlchgPMjAyNjExMjIyMzUzNDhaMHoweDA/MAkGBSsOAwIaBQAEFC8H1FhZ8myXFLS3UiB2RsDgFwseBBSj297sdf1yyNGin9qwojBG\
    HiwiwgIGAIABAgMEoREYDzIwMjYwOTAxMDAwMDAwWhgPMjAyNjExMjIyMzUzNDhaoBEYDzIxMjYxMDI5MjM1MzQ4WjANBgkqhkiG9w0BAQsFAAOC\
    AQEAj3nEvFHa2AaPDk2hYErtWvWSexMs3GGrwiFpgE97MxWxAX90DNMSEuB8gYmKVClhQgKv3Xzdm/nNXxtdZZAJiXlZKAsrCdtuabsL0pSS9M/i\
    bDmEpyTnc6WyOmm/uJ/zS30o581nt6QAnu+JXFZ5PcTFK3Vzm1DscYptqYt48ZLL7jNcg9m4nY4Wl8aY+ZeLs+qj1oAhf3R5LAl2K+QTHz9k1ONa\
    wZKshXQylDMfj61c1ds+pI9WZ302NM/seoLAwyXSILdLkhpEIvr6wvAlAuWDXuAebrEqJpzzcYuxAY6kFNmtK8eLjpk8O/OZ5xZqLyxpJA1oLKwu\
    BZYm0lFCaqCCA2IwggNeMIIDWjCCAkKgAwIBAgIBAzANBgkqhkiG9w0BAQsFADAwMRcwFQYDVQQKDA5FeGFtcGxlIEhlYWx0aDEVMBMGA1UEAwwM\
    RXhhbXBsZSBSb290MCAXDTI2MTEyMjIzNTM0OFoYDzIxMjYxMDI5MjM1MzQ4WjA1MRcwFQYDVQQKDA5FeGFtcGxlIEhlYWx0aDEaMBgGA1UEAwwR\
    RXhhbXBsZSBSZXNwb25kZXIwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDQajvWzAaiRTsbptG8r6sO4ScyqnDYGdrbr3E2nPgrHDIg\
    Zebmpf4bYbx/LQLoGCKqLZyK1oV0IdVkp6j8p5Hwuh6Rv1JWzY4ZANzn5c++XgTDOGM3pUQdcS0eFR+yqS2GfdR0Whlx+zMfSC7dO6PeP8HQpn4U\
    l2xyl62wpzXizRBs7Y9r5TkV/lHuUil39cmJ60KcAWfetSiWaaHY1UnPlwkljuvE1zfGPsObkqe1dbracgnQ5KsqaqkK34Ti0B9TrfeowNFG51Kp\
    xB0HhMl+Ret9fbAi49u+WZOiNuWuln8jSubm7DxA8zKRLjwiY5otYIMog3pXHiMGOvOZZsmVAgMBAAGjeDB2MA4GA1UdDwEB/wQEAwIHgDATBgNV\
    HSUEDDAKBggrBgEFBQcDCTAPBgkrBgEFBQcwAQUEAgUAMB0GA1UdDgQWBBRDUNCqtOLAD2bd0UKpvquO2AkCbzAfBgNVHSMEGDAWgBSj297sdf1y\
    yNGin9qwojBGHiwiwjANBgkqhkiG9w0BAQsFAAOCAQEAZKMXqjJ+ULINaZn3cnC7QEgljc2trBm/kqVy7HH7ok0lsgEvzvztNVcquFxUBK5a171G\
    tH4IV8DCstm+jMNLvgidMcVJK1ewj3mKFdsf1oACTfiS01jUMO1K8HLJqs4I0zdvimhmSt3+E/yob694tSKpx6a02tFXsydiMT1rYkT22VKHamEJ\
    J3AcvU85oR+HmC0N09pt+dDxKxnKx3qZhXLMuH4B0Z4Sj6NDvDVwnfE1QqfeUrou1f6nACiu3BZix7qcDHL5SfsToS9NQFEO/LnKNIRwaUx+vKiY\
    h3DdlvjCby2M3cS5vlEJvRNGyt6kivakmvTcLIw42LHJORsCKw==";

const LIST: &str = "\
    MIIBxzCBsAIBATANBgkqhkiG9w0BAQsFADAwMRcwFQYDVQQKDA5FeGFtcGxlIEhlYWx0aDEVMBMGA1UEAwwMRXhhbXBsZSBSb290Fw0yNjExMjIy\
    MzUzNDhaGA8yMTI2MTAyOTIzNTM0OFowGTAXAgYAgAECAwQXDTI2MDkwMTAwMDAwMFqgLzAtMB8GA1UdIwQYMBaAFKPb3ux1/XLI0aKf2rCiMEYe\
    LCLCMAoGA1UdFAQDAgEBMA0GCSqGSIb3DQEBCwUAA4IBAQAqm0WQVN2i2WyG1XezzICLl5ZW36f0EwN3XWVHFjdYrd89ZzknAMlTHHYMZC8HdajV\
    Df3EyPNHQkz5XUqiaAtEXz3ClyUInRFn+8CvKjvwTmw60UxPPWZZ+Jsf75N+X17XsyAcjy516p/9acWEie8i7bruAfvKLOCYDve9Db7ZlQZ+dkgr\
    ATu7bAAxcq2115LCccO26bRNsBM5UFq8NP3XXpCEl9mCcWMyjyQ+Usm4RM6narfOY6RPMh2nwuxbiEvQJGJGQyKOFGq7qtND4zCgM9xM9j5M8cI3\
    abDr9Kp6lRUvDG99O5LZ8lZ3HFOnQVZywQun8BbQkqkMWR7kse0o";

fn bytes(text: &str) -> Vec<u8> {
    BASE64.decode(text.as_bytes()).unwrap()
}

fn card() -> Card {
    inspect(&rules_of(vec![bytes(ROOT)]), &[bytes(CARD)], NOW).unwrap()
}

#[test]
fn the_request_is_what_openssl_asks() {
    let source = StatusSource::Responder { address: "http://ocsp.example.org/".to_owned(), request: bytes(REQUEST) };
    assert_eq!(card().questions()[0].sources, [source]);
}

#[test]
fn an_answer_of_openssl_is_understood() {
    let rules = RevocationRules::default();
    let judge = |answer: &str| card().judge_response(0, &bytes(answer), &rules, NOW, Grace::None);
    assert_eq!(judge(GOOD), Ok(Standing::Good { fresh_until: NOW.plus(rules.lifetime) }));
    assert_eq!(judge(REVOKED), Ok(Standing::Revoked));
}

#[test]
fn a_list_of_openssl_is_understood() {
    let list = RevocationList::parse(&bytes(LIST)).unwrap();
    let judged = card().judge_list(0, &list, &RevocationRules::default(), NOW, Grace::None);
    assert_eq!(judged, Ok(Standing::Revoked));
}
