// What identifies a mail to the outside, made from a secret key so that nobody else can.
#ifndef NOTIFICATION_SERVICE_MAIL_TOKENS_H_
#define NOTIFICATION_SERVICE_MAIL_TOKENS_H_

#include <optional>
#include <string>
#include <string_view>

namespace ip::notification {

// 32 hexadecimal digits that tell nothing about `what`: Message-IDs, threads, calendar UIDs.
std::string Opaque(const std::string& key, std::string_view what);

// "n.…@domain": the same on every attempt of a message (Message::key).
std::string MessageId(const std::string& key, std::string_view message_key,
                      std::string_view domain);

// A keyed hash of an address: 32 bytes. It finds an address again and cannot be turned back.
std::string AddressHash(const std::string& key, std::string_view address);

// The token of the List-Unsubscribe link of a message: its id (a UUID) with a proof.
std::string OptOutToken(const std::string& key, std::string_view message_id);
// The message's id; nothing unless OptOutToken made the token.
std::optional<std::string> ReadOptOutToken(const std::string& key, std::string_view token);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_TOKENS_H_
