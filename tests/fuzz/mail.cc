// What strangers' mail servers send to the bounce mailbox, addresses (first line), and headers made
// of any text.
#include <algorithm>

#include "notification-service/mail/address.h"
#include "notification-service/mail/bounce.h"
#include "notification-service/mail/mime.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ip::notification;  // NOLINT
  const std::string_view mail = ip::fuzz::View(data, size);
  if (const auto bounce = ReadBounce(mail)) {
    ip::fuzz::Must(bounce->token.size() == 22);
    ip::fuzz::Must(bounce->status[0] == '4' || bounce->status[0] == '5');
    RefusalScore(bounce->status);
  }
  std::string_view rest = mail;
  const std::string_view line = ip::fuzz::TakeLine(rest);
  if (const auto address = NormalizeAddress(line); address.ok()) {
    ip::fuzz::Must(address->find_first_of(" \r\n\t<>\"") == address->npos);
    ip::fuzz::Must(std::count(address->begin(), address->end(), '@') == 1);
    const auto again = NormalizeAddress(*address);
    ip::fuzz::Must(again.ok() && *again == *address);
  }
  // No text can end its header and begin another.
  const std::string header = EncodeHeader(rest, 9);
  for (size_t at = header.find('\n'); at != header.npos; at = header.find('\n', at + 1)) {
    ip::fuzz::Must(at + 1 < header.size() && header[at + 1] == ' ');
  }
  return 0;
}
