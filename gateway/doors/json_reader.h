// The way from JSON into a message; see json.h.
#ifndef GATEWAY_DOORS_JSON_READER_H_
#define GATEWAY_DOORS_JSON_READER_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <rapidjson/reader.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace ip::gateway {

// Fills `message` (empty before) from `json`. Errors: those of JsonCodec::ToWire.
absl::Status ReadJson(std::string_view json, google::protobuf::Message* message);

// RapidJSON's events, followed along the message's descriptor. A method that answers false has put
// what is wrong into `status`.
class JsonReader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonReader> {
 public:
  explicit JsonReader(google::protobuf::Message* root) : root_(root) {}

  bool Null();
  bool Bool(bool value);
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy);
  bool String(const char* text, rapidjson::SizeType size, bool copy);
  bool StartObject();
  bool Key(const char* text, rapidjson::SizeType size, bool copy);
  bool EndObject(rapidjson::SizeType members);
  bool StartArray();
  bool EndArray(rapidjson::SizeType elements);

  const absl::Status& status() const { return status_; }

 private:
  using FieldDescriptor = google::protobuf::FieldDescriptor;
  using Message = google::protobuf::Message;

  // An open { or [.
  struct Frame {
    enum Kind { kMessage, kMap, kList } kind;
    Message* message;                        // that it fills
    const FieldDescriptor* field = nullptr;  // the list or map; in a message, the present member
    std::set<std::string> seen;              // members or keys
    std::string key;                         // the present one of a map
    int index = 0;                           // the present one of a list
    Message* entry = nullptr;                // the present one of a map
  };
  // Where the next value goes.
  struct Slot {
    Message* message = nullptr;
    const FieldDescriptor* field = nullptr;
    bool add = false;
  };

  std::string Path() const;
  bool Wrong(std::string_view description);
  bool WrongAt(const std::string& path, std::string_view description);
  bool Push(Frame frame);
  bool NextSlot(Slot& slot);
  bool MemberKey(Frame& frame, const std::string& name);
  bool MapKey(Frame& frame, const std::string& name);
  bool SetScalar(const Slot& slot, const std::string& text, bool quoted);
  bool SetText(const Slot& slot, const std::string& text);
  bool SetEnum(const Slot& slot, const std::string& text, bool quoted);
  bool SetWellKnown(const Slot& slot, const std::string& text);
  bool ExpectedInstead(const FieldDescriptor* field);

  Message* const root_;
  std::vector<Frame> frames_;
  absl::Status status_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_JSON_READER_H_
